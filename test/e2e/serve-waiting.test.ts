// SPDX-License-Identifier: Apache-2.0
import { BUILDS } from "../world/images.js";
import { startManager, startServe } from "./serve-stage.js";
import {
  type Access,
  accessTo,
  deleteNodes,
  describeInContainers,
  eventually,
  PATIENT,
  REACH,
  Stage,
  TAG,
  useWorld,
} from "./stage.js";

const MANAGER = "/mnt/workspace/notify.sock";
const HEALTH = "curl -sS http://127.0.0.1:9002/healthz";
/** The ports are taken: containers have this machine's network. */
const NO_PROXIES = { TS_SOCKS5_SERVER: "none", TS_OUTBOUND_HTTP_PROXY_LISTEN: "none" };
const READY = /^READY=1$/m;

describeInContainers("a host that stays waits", () => {
  const world = useWorld({ ephemeralTimeoutMs: 1000 });

  describe.each(BUILDS)("%s", (build) => {
    let stage: Stage;
    let access: Access;
    beforeEach(async () => {
      access = await accessTo(world().tailnet);
      stage = await Stage.open(build, PATIENT);
    });
    afterEach(async () => {
      await stage.close();
      await deleteNodes(world().tailnet);
    });

    test("for an administrator who approves its node", async () => {
      const { TS_CONTROL_URL } = access;
      const { key } = await world().tailnet.makeKey({ tags: [TAG], ephemeral: true });
      const manager = await startManager(stage, MANAGER);
      const serve = startServe(stage, {
        TS_CONTROL_URL,
        TS_AUTHKEY: key,
        NOTIFY_SOCKET: MANAGER,
        TS_ENABLE_HEALTH_CHECK: "true",
      });
      await serve.prints(/^spacetail: The node needs an administrator's approval\.$/m);
      // Units that are started after this one are not kept waiting for a person.
      await eventually(async () => READY.test(manager.text()), "the unit is started");
      expect((await stage.run(HEALTH)).text).toMatch(/NeedsMachineAuth/);
      await world().tailnet.authorizeNode("stage");
      await serve.prints(/on the tailnet as stage\.tail\.test/);
      expect((await stage.run(REACH)).text).toContain("hello from the tailnet");
      expect((await stage.run(HEALTH)).text).toBe("ok");
      await serve.end();
    });

    test("for the services of TS_WAIT_FOR, before it calls itself ready", async () => {
      const manager = await startManager(stage, MANAGER);
      const serve = startServe(stage, { ...access, NOTIFY_SOCKET: MANAGER, TS_WAIT_FOR: "late:8123" });
      await serve.prints(/late:8123: .* Trying again\.$/m);
      expect(manager.text()).not.toMatch(READY);
      const late = await Stage.open(build, PATIENT);
      try {
        // Inbound connections arrive on loopback.
        late.start("exec /usr/bin/python3 -m http.server --bind 127.0.0.1 8123").output.catch(() => {});
        const other = startServe(late, {
          ...access,
          ...NO_PROXIES,
          TS_HOSTNAME: "late",
          TS_EXTRA_ARGS: "--shields-up=false",
        });
        await other.prints(/on the tailnet as late\.tail\.test/);
        await serve.prints(/on the tailnet as stage\.tail\.test .*late:8123 reached/);
        await eventually(async () => READY.test(manager.text()), "the unit is started");
        await other.end();
      } finally {
        await late.close();
      }
      await serve.end();
    });
  });
});
