// SPDX-License-Identifier: Apache-2.0
import { accessSync, constants } from "node:fs";
import { BUILDS } from "../world/images.js";
import { preferredNamespaces } from "../world/runs/index.js";
import { accessTo, describeInContainers, nodesLeft, PATIENT, Stage, useWorld } from "./stage.js";

/** What the kernel's networking of a tunnel changes on a machine. */
const TRACES =
  "ip rule; ip -6 rule; ip route show table all; ip link; cat /etc/resolv.conf; iptables-save 2>/dev/null | grep -v '^#'";

/** Why there can be no kernel networking on this machine, or null. */
function kernelProblem(): string | null {
  if (preferredNamespaces() !== "privileged") return "only root can give a container a network interface";
  try {
    accessSync("/dev/net/tun", constants.R_OK | constants.W_OK);
    return null;
  } catch {
    return "/dev/net/tun cannot be opened";
  }
}

describeInContainers("kernel networking", () => {
  const world = useWorld();
  const problem = kernelProblem();
  if (problem !== null) console.warn(`skipped: kernel networking: ${problem}`);

  describe.each(BUILDS)("%s", (build) => {
    const opened: Stage[] = [];
    const open = async (environment: object, host: Parameters<typeof Stage.open>[2]): Promise<Stage> => {
      const stage = await Stage.open(build, { ...(await accessTo(world().tailnet)), ...PATIENT, ...environment }, host);
      opened.push(stage);
      return stage;
    };
    afterEach(async () => {
      for (const stage of opened.splice(0)) {
        await stage.run("spacetail down");
        expect(await stage.leftovers()).toEqual([]);
        await stage.close();
      }
      expect(await nodesLeft(world().tailnet)).toEqual([]);
      await world().tailnet.network({});
    });

    (problem === null ? describe : describe.skip)("as root, with the full tailscaled", () => {
      const host = { daemon: "full", asRoot: true } as const;
      const FALSE = { TS_USERSPACE: "false" };

      test("programs reach the tailnet without proxies, by short names too", async () => {
        const stage = await open(FALSE, host);
        const output = await stage.run(
          `spacetail up --watch none 2>/dev/null && eval "$(spacetail env)" && env | grep -ic _proxy; curl -sS http://state/hello && curl -sS http://state.tail.test/hello`,
        );
        expect(output).toMatchObject({ code: 0, text: "0\nhello from the tailnet\nhello from the tailnet\n" });
      });

      test("nothing is captured, because programs need neither that nor proxies", async () => {
        const stage = await open({ ...FALSE, TS_CAPTURE: "true" }, host);
        const output = await stage.run(
          `spacetail up --watch none && eval "$(spacetail env)" && env | grep -ic -e _proxy -e shims; curl -sS http://state/hello`,
        );
        expect(output.code).toBe(0);
        expect(output.text).toMatch(
          /spacetail: capture: off \(with kernel networking, programs connect to the tailnet directly\)\n0\nhello from the tailnet\n$/,
        );
      });

      test("`spacetail run` sets no proxy variables", async () => {
        const stage = await open(FALSE, host);
        const output = await stage.run(
          "spacetail run -- sh -c 'env | grep -ic _proxy; curl -sS http://state/hello' 2>/dev/null",
        );
        expect(output).toMatchObject({ code: 0, text: "0\nhello from the tailnet\n" });
      });

      test("forwards and proxies are there for those that use them", async () => {
        const stage = await open({ ...FALSE, TS_FORWARDS: "18000:state:80" }, host);
        const output = await stage.run(
          "spacetail up --watch none 2>/dev/null && curl -sS http://127.0.0.1:18000/hello && curl -sS -x http://127.0.0.1:8080 http://state/hello",
        );
        expect(output.text).toBe("hello from the tailnet\nhello from the tailnet\n");
      });

      test("`status` and `doctor` say so", async () => {
        const stage = await open(FALSE, host);
        expect((await stage.run("spacetail doctor")).text).toMatch(
          /^ok {3}networking {5}kernel, with the interface tailscale0$/m,
        );
        const output = await stage.run(
          "spacetail up --watch none 2>/dev/null; spacetail status; spacetail status --json; spacetail doctor",
        );
        expect(output.text).toContain(", kernel networking, ");
        expect(output.text).toContain('"networking":"kernel"');
        expect(output.text).toMatch(
          /^ok {3}networking {5}kernel, with the interface tailscale0, in the tunnel that is up$/m,
        );
      });

      test("nothing of it is left after `down`, nor after tailscaled was killed", async () => {
        const stage = await open(FALSE, host);
        const before = (await stage.run(TRACES)).text;
        expect(await stage.run("spacetail up --watch none")).toMatchObject({ code: 0 });
        const during = (await stage.run(TRACES)).text;
        expect(during).toContain("tailscale0");
        expect(during).toContain("nameserver 100.100.100.100");
        expect(await stage.run("spacetail down")).toMatchObject({ code: 0 });
        expect((await stage.run(TRACES)).text).toBe(before);
        expect(await stage.run("spacetail up --watch none")).toMatchObject({ code: 0 });
        const daemon = await stage.find(/^\S*tailscaled --tun=tailscale0/);
        await stage.run(`kill -9 ${daemon.pid}; until spacetail status | grep -q ^down; do sleep 0.05; done`);
        expect(await stage.leftovers()).toEqual([]);
        expect((await stage.run(TRACES)).text).toBe(before);
      });

      test("a tunnel can follow another at once", async () => {
        const stage = await open(FALSE, host);
        const line =
          "spacetail up --watch none 2>/dev/null && curl -sS http://state/hello && spacetail down 2>/dev/null";
        const output = await stage.run(`${line} && ${line}`);
        expect(output).toMatchObject({ code: 0, text: "hello from the tailnet\nhello from the tailnet\n" });
      });

      test("subnet routes are routes of the machine", async () => {
        await world().tailnet.network({ routes: { db: ["10.99.0.0/24"] } });
        const stage = await open({ ...FALSE, TS_EXTRA_ARGS: "--accept-routes" }, host);
        const line =
          "spacetail up --watch none 2>/dev/null && curl -sS --http0.9 -m 60 http://10.99.0.7:5000/x | head -n 1";
        expect((await stage.run(line)).text).toMatch(/^behind db: 10\.99\.0\.7:5000$/m);
      });

      test("the node offers routes", async () => {
        const stage = await open(
          { ...FALSE, TS_EXTRA_ARGS: "--advertise-routes=10.98.0.0/24 --advertise-exit-node" },
          host,
        );
        const up = await stage.run("spacetail up --watch none");
        expect(up.text).toContain(
          "--advertise-routes: shields are down, so peers reach every port of this machine that the tailnet's policy lets them.",
        );
        const socket = "--unix-socket /tmp/spacetail-0/tailscaled.sock http://local-tailscaled.sock";
        const prefs = JSON.parse((await stage.run(`curl -sS ${socket}/localapi/v0/prefs`)).text);
        expect(prefs).toMatchObject({ AdvertiseRoutes: ["10.98.0.0/24", "0.0.0.0/0", "::/0"], ShieldsUp: false });
      });
    });

    test("`auto` falls back to proxies, and says why", async () => {
      const stage = await open({ TS_USERSPACE: "auto" }, { daemon: "full" });
      const output = await stage.run(
        `spacetail up --watch none && eval "$(spacetail env)" && curl -sS http://state/hello && env | grep ^HTTP_PROXY`,
      );
      expect(output.code).toBe(0);
      expect(output.text).toContain(
        "spacetail: userspace networking (TS_USERSPACE=auto): kernel networking needs the capability NET_ADMIN, which this process lacks.\n",
      );
      expect(output.text).toMatch(/hello from the tailnet\nHTTP_PROXY=http:\/\/localhost:8080\n$/);
    });

    test.each([
      [
        { TS_USERSPACE: "false" },
        "Kernel networking (TS_USERSPACE=false) needs the full tailscaled: /mnt/image/tailscaled is built with ts_omit_osrouter. Provide it, or set TS_USERSPACE=auto.",
      ],
      [
        { TS_EXTRA_ARGS: "--advertise-routes=10.98.0.0/24" },
        "--advertise-routes in TS_EXTRA_ARGS needs a tailscaled that has it: /mnt/image/tailscaled is built with ts_omit_advertiseroutes. Install the full one.",
      ],
      [
        { TS_EXTRA_ARGS: "--advertise-exit-node" },
        "--advertise-exit-node in TS_EXTRA_ARGS needs a tailscaled that has it: /mnt/image/tailscaled is built with ts_omit_advertiseexitnode. Install the full one.",
      ],
    ])("the small tailscaled refuses %j by name", async (environment, message) => {
      const stage = await open(environment, {});
      expect(await stage.run("spacetail up --watch none")).toMatchObject({ code: 1, text: `spacetail: ${message}\n` });
      expect((await stage.run("spacetail doctor")).text).toContain(`fail networking     ${message}\n`);
    });

    test("without the capability, TS_USERSPACE=false is refused", async () => {
      const stage = await open({ TS_USERSPACE: "false" }, { daemon: "full" });
      expect(await stage.run("spacetail up --watch none")).toMatchObject({
        code: 1,
        text: "spacetail: Kernel networking (TS_USERSPACE=false) needs the capability NET_ADMIN, which this process lacks. Provide it, or set TS_USERSPACE=auto.\n",
      });
    });
  });
});
