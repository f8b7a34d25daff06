// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from "node:timers/promises";
import { BUILDS } from "../world/images.js";
import {
  accessTo,
  describeInContainers,
  nodesLeft,
  PATIENT,
  PAUSE,
  REACH,
  Stage,
  UNTIL_DOWN,
  useWorld,
} from "./stage.js";

describeInContainers("a tunnel lives exactly as long as it should", () => {
  // A node whose tailscaled was killed cannot log out; the control server drops it when it has been gone for a while.
  const world = useWorld({ ephemeralTimeoutMs: 1000 });

  describe.each(BUILDS)("%s", (build) => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await Stage.open(build, { ...(await accessTo(world().tailnet)), ...PATIENT });
    });
    afterEach(async () => {
      await stage.close();
    });

    async function expectNothingLeft(): Promise<void> {
      expect(await stage.leftovers()).toEqual([]);
      expect(await nodesLeft(world().tailnet)).toEqual([]);
    }

    test("up, a service, down", async () => {
      const output = await stage.run(
        `spacetail up && spacetail status && ${REACH} && spacetail down; spacetail status`,
      );
      expect(output.text).toMatch(
        /on the tailnet as spacelift-stage\.tail\.test \(100\.64\.\S+, tag:spacelift\); 3 peers are online\./,
      );
      expect(output.text).toMatch(/Running: spacelift-stage\.tail\.test 100\.64\.\S+/);
      expect(output.text).toContain("hello from the tailnet");
      expect(output.text).toMatch(
        /\nspacetail: ready in [\d.]+ m?s; 1 host reached, slowest connection state:80 in [\d.]+ m?s; \d peers? used \(.+\); .+ received, .+ sent\.\n/,
      );
      expect(output.text).toContain("spacetail: off the tailnet.\ndown: stopped on request\n");
      await expectNothingLeft();
    });

    test("the tailscale command line uses this tunnel", async () => {
      const output = await stage.run(
        "spacetail up && spacetail tailscale ip -4 db; spacetail tailscale nonsense; echo $?; spacetail down",
      );
      const db = world().tailnet.info.peers.find((peer) => peer.name === "db");
      expect(output.text).toContain(`${db?.addresses[0]}\n`);
      expect(output.text).toMatch(/nonsense[\s\S]*\n1\n/);
    });

    test("status as JSON", async () => {
      const output = await stage.run(
        "spacetail status --json; spacetail up 2>/dev/null && spacetail status --json; spacetail down 2>/dev/null",
      );
      const [before = "", after = ""] = output.text.split("\n");
      expect(JSON.parse(before)).toEqual({ state: "down" });
      expect(JSON.parse(after)).toMatchObject({
        state: "Running",
        name: "spacelift-stage.tail.test",
        addresses: [expect.stringMatching(/^100\.64\./), expect.stringMatching(/^fd7a:/)],
        tags: ["tag:spacelift"],
        peersOnline: 3,
        watch: expect.any(Number),
      });
    });

    test("minted keys are one-shot, ephemeral, preauthorized and valid for five minutes", async () => {
      const before = (await world().tailnet.events()).length;
      expect((await stage.run("spacetail up && spacetail down")).code).toBe(0);
      const minted = (await world().tailnet.events(before)).filter((event) => event.type === "key-minted");
      expect(minted).toEqual([
        expect.objectContaining({
          kind: "auth",
          reusable: false,
          ephemeral: true,
          preauthorized: true,
          expirySeconds: 300,
          tags: ["tag:spacelift"],
        }),
      ]);
    });

    test.each(["TS_AUTHKEY", "TS_AUTH_KEY"])("an auth key in %s, from a file too", async (name) => {
      const { key } = await world().tailnet.makeKey({
        tags: ["tag:db"],
        reusable: true,
        ephemeral: true,
        preauthorized: true,
      });
      const oauth = { TS_OAUTH_CLIENT_ID: "", TS_OAUTH_CLIENT_SECRET: "" };
      const given = await stage.run("spacetail up && spacetail down", { ...oauth, [name]: key });
      expect(given).toMatchObject({ code: 0, text: expect.stringContaining("tag:db") });
      const file = `umask 077; echo ${key} >/tmp/key; spacetail up && spacetail down`;
      expect(await stage.run(file, { ...oauth, [name]: "file:/tmp/key" })).toMatchObject({ code: 0 });
    });

    test("the OAuth client in containerboot's variables", async () => {
      const { TS_OAUTH_CLIENT_ID: id, TS_OAUTH_CLIENT_SECRET: secret } = await accessTo(world().tailnet);
      const environment = {
        TS_OAUTH_CLIENT_ID: "",
        TS_OAUTH_CLIENT_SECRET: "",
        TS_CLIENT_ID: id,
        TS_CLIENT_SECRET: secret,
        TS_STATE_DIR: "/var/lib/tailscale",
        TS_USERSPACE: "true",
      };
      const output = await stage.run("spacetail up && spacetail down", environment);
      expect(output).toMatchObject({ code: 0, text: expect.stringContaining("tag:spacelift") });
      await expectNothingLeft();
    });

    test.each(["TS_TRACE", "TRACE"])("TS_SOCKET and %s", async (trace) => {
      const line = "spacetail up && test -S /tmp/own.sock && spacetail tailscale status >/dev/null && spacetail down";
      const output = await stage.run(line, { TS_SOCKET: "/tmp/own.sock", [trace]: "true" });
      expect(output.code).toBe(0);
      expect(output.text).toMatch(
        /^spacetail: \d+ ms tailscaled answers, auth key obtained\nspacetail: \d+ ms running\n/,
      );
    });

    test("up twice is one tunnel", async () => {
      const output = await stage.run("spacetail up && spacetail up && spacetail down");
      expect(output.code).toBe(0);
      expect(output.text).toContain("already on the tailnet as");
      await expectNothingLeft();
    });

    // They meet at another step each time.
    test("two ups at the same time are one tunnel, five times over", async () => {
      const line =
        "for i in 1 2 3 4 5; do spacetail up --watch $$ & first=$!; spacetail up --watch $$ & second=$!; " +
        "wait $first && wait $second && spacetail status && spacetail down || exit; done";
      const output = await stage.run(line);
      expect(output).toMatchObject({ code: 0, text: expect.stringContaining("Running: ") });
      expect(output.text.match(/already on the tailnet/g)).toHaveLength(5);
      expect(output.text.match(/ on the tailnet as/g)).toHaveLength(10);
      await expectNothingLeft();
    });

    test("an up that meets a down has what it needs afterwards", async () => {
      const line =
        "spacetail up; for i in 1 2 3 4 5 6; do spacetail down & " +
        "until grep -q 'phase\":\"stop' /tmp/spacetail-1983/state.json; do :; done; spacetail up; wait; " +
        "ls /tmp/spacetail-1983/proxies.json /tmp/spacetail-1983/tailscaled.sock; done >/tmp/found; " +
        "spacetail down; sort /tmp/found | uniq -c";
      const output = await stage.run(line);
      expect(output.text).toMatch(/ 6 \S+\/proxies\.json\n +6 \S+\/tailscaled\.sock\n$/);
    });

    test("an up that waits does not start again what down has ended", async () => {
      // If `down` comes before `up` has found the tunnel, a new one is right, so that they get another chance.
      const output = await stage.run(
        "sleep 600 & other=$!; for i in 1 2 3 4 5 6; do spacetail up --watch $$ 2>/dev/null; " +
          "TS_BOOT_TIMEOUT=9s TS_WAIT_FOR=db:1 spacetail up --watch $other 2>/tmp/said & waiting=$!; " +
          "until grep -q 'generation\":2' /tmp/spacetail-1983/state.json; do :; done; sleep 0.3; " +
          "spacetail down 2>/dev/null; wait $waiting; grep 'stopped on request' /tmp/said && break; done; " +
          "[ ! -e /tmp/spacetail-1983/proxies.json ] || echo record left; spacetail status; kill $other",
      );
      expect(output.text).toBe("spacetail: The tunnel went down: stopped on request.\ndown: stopped on request\n");
    });

    test("down twice, and down without up", async () => {
      const output = await stage.run("spacetail down && spacetail up && spacetail down && spacetail down");
      expect(output.code).toBe(0);
      expect(output.text.match(/off the tailnet/g)).toHaveLength(1);
    });

    test("down needs no credential", async () => {
      await stage.run("spacetail up --watch none");
      const output = await stage.run("env -i PATH=$PATH spacetail down");
      expect(output).toMatchObject({ code: 0, text: expect.stringMatching(/\nspacetail: off the tailnet\.\n$/) });
      await expectNothingLeft();
    });

    test.each(["SIGKILL", "SIGTERM"] as const)("the phase's shell gets %s", async (signal) => {
      const phase = stage.start("spacetail up --watch $$ && sleep 600; true");
      await stage.find(/^sleep 600$/);
      phase.command.signal(signal);
      expect((await phase.command.exited).code).toBeNull();
      // The command of the phase is an orphan now, as in a real container; the tunnel is gone all the same.
      expect(await nodesLeft(world().tailnet)).toEqual([]);
      expect(await stage.leftovers(/^(?!sleep 600$)/)).toEqual([]);
    });

    test("the watched shell is the one named, not the caller of up", async () => {
      const phase = stage.start(
        'sh -c "spacetail up --watch $$; true"; echo inner done; sleep 1; spacetail status; true',
      );
      const output = await phase.output;
      expect(output.text).toMatch(/inner done\nRunning: /);
      await expectNothingLeft();
    });

    test("without --watch the tunnel ends with the caller, and up says so", async () => {
      const output = await stage.run(`sh -c "spacetail up; true"; ${UNTIL_DOWN}; spacetail status; true`);
      expect(output.text).toMatch(
        /\nspacetail: the tunnel goes down when process \d+ \(sh\) exits; --watch names another\.\n/,
      );
      expect(output.text).toMatch(/down: the watched process \d+ exited/);
      await expectNothingLeft();
    });

    test("--watch none outlives its shell, for hosts", async () => {
      await stage.run("spacetail up --watch none");
      await sleep(300);
      const output = await stage.run("spacetail status && spacetail down");
      expect(output.text).toContain("watching nothing");
      expect(output.code).toBe(0);
      await expectNothingLeft();
    });

    test("the supervisor is killed: tailscaled logs out and exits", async () => {
      const phase = stage.start(`spacetail up && ${PAUSE}; spacetail down`);
      await stage.paused();
      const supervisor = await stage.find(/supervise$/);
      await stage.run(`kill -KILL ${supervisor.pid}`);
      expect(await nodesLeft(world().tailnet)).toEqual([]);
      expect(await stage.leftovers(/tailscaled/)).toEqual([]);
      stage.resume();
      await phase.output;
      await expectNothingLeft();
    });

    test("the supervisor is killed: the next up starts anew", async () => {
      const phase = stage.start(
        `spacetail up --watch $$; ${PAUSE}; spacetail up --watch $$ && spacetail status && spacetail down`,
      );
      await stage.paused();
      const supervisor = await stage.find(/supervise$/);
      await stage.run(`kill -KILL ${supervisor.pid}`);
      stage.resume();
      const output = await phase.output;
      expect(output.text).toContain("Running: ");
      expect(output.code).toBe(0);
      await expectNothingLeft();
    });

    test("tailscaled is killed: the supervisor says so and exits", async () => {
      const phase = stage.start(
        `spacetail up && ${PAUSE}; ${UNTIL_DOWN}; spacetail status; spacetail up && spacetail down`,
      );
      await stage.paused();
      const daemon = await stage.find(/^\S*tailscaled --tun/);
      await stage.run(`kill -KILL ${daemon.pid}`);
      stage.resume();
      const output = await phase.output;
      const text = expect.stringMatching(/down: tailscaled exited unexpectedly \(SIGKILL\)/);
      expect(output).toMatchObject({ code: 0, text });
      await expectNothingLeft();
    });

    test("up while a tunnel is on its way down", async () => {
      const line =
        "spacetail up --watch none && { spacetail down & spacetail up --watch $$ && spacetail status; wait; spacetail down; }";
      const output = await stage.run(line);
      expect(output.code).toBe(0);
      await expectNothingLeft();
    });

    test("a new phase in the same container right after the old one", async () => {
      // No trap and no `down`: the supervisor of the first phase may not have noticed yet.
      await stage.run("spacetail up --watch $$");
      const output = await stage.run("spacetail up --watch $$ && spacetail status && spacetail down");
      expect(output.text).toContain("Running: ");
      expect(output.code).toBe(0);
      await expectNothingLeft();
    });

    test("up gets SIGTERM while it joins", async () => {
      await world().tailnet.fault({ match: "control register", times: 1, delayMs: 600_000 });
      const phase = stage.start("spacetail up; echo status $?");
      const up = await stage.find(/^(node )?\S*spacetail up$/);
      await stage.find(/^\S*tailscaled --tun/);
      await stage.run(`kill -TERM ${up.pid}`);
      const output = await phase.output;
      expect(output.text).toContain("status 143");
      await expectNothingLeft();
    });

    test("the phase's shell exits before up is done", async () => {
      await world().tailnet.fault({ match: "control register", times: 1, delayMs: 600_000 });
      const phase = stage.start("spacetail up --watch $$; true");
      await stage.find(/^\S*tailscaled --tun/);
      phase.command.signal("SIGKILL");
      const output = await phase.output;
      expect(output.text).toMatch(
        /^spacetail: The tunnel went down before it was ready: the watched process \d+ exited\.\n/,
      );
      await expectNothingLeft();
    });

    test.each([
      ["a symbolic link", "ln -s /var /tmp/spacetail-1983", "is not a directory"],
      ["a file", "touch /tmp/spacetail-1983", "is not a directory"],
      ["a directory that others can enter", "mkdir -m 755 /tmp/spacetail-1983", "is open to other users"],
    ])("a runtime directory that is %s is refused", async (_, prepare, problem) => {
      const output = await stage.run(`${prepare} && { spacetail up || spacetail down; }`);
      expect(output.code).toBe(1);
      expect(output.text.match(new RegExp(`spacetail: /tmp/spacetail-1983 ${problem}`, "g"))).toHaveLength(2);
      await expectNothingLeft();
    });

    test("nothing is written below the workspace", async () => {
      const output = await stage.run("spacetail up && spacetail down && find /mnt/workspace -mindepth 1");
      expect(output.text.replace(/^spacetail: .*\n/gm, "")).toBe("");
    });
  });
});
