// SPDX-License-Identifier: Apache-2.0
import { BUILDS } from "../world/images.js";
import { accessTo, describeInContainers, runOnce, Stage, useWorld } from "./stage.js";

describeInContainers("settings that become the node's preferences or tailscaled's flags", () => {
  const world = useWorld();

  describe.each(BUILDS)("%s", (build) => {
    test("by default nobody on the tailnet can connect to the node", async () => {
      expect(await prefs({})).toMatchObject({
        ShieldsUp: true,
        RouteAll: false,
        CorpDNS: true,
        Hostname: "spacelift-stage",
      });
    });

    test("TS_EXTRA_ARGS become preferences", async () => {
      const flags = "--hostname=Lone_Node! --accept-routes --shields-up=false --accept-dns=false";
      expect(await prefs({ TS_EXTRA_ARGS: flags, TS_HOSTNAME: "other" })).toMatchObject({
        ShieldsUp: false,
        RouteAll: true,
        CorpDNS: false,
        Hostname: "lone-node",
      });
    });

    test("TS_ACCEPT_DNS becomes one too", async () => {
      expect(await prefs({ TS_ACCEPT_DNS: "false" })).toMatchObject({ CorpDNS: false });
    });

    test.each([
      ["nosuch", 'No node named "nosuch". Check --exit-node in TS_EXTRA_ARGS.'],
      ["db", "db.tail.test is not an exit node, or has not been approved as one."],
    ])("--exit-node=%s is refused", async (name, line) => {
      const { tailnet } = world();
      const environment = { ...(await accessTo(tailnet)), TS_EXTRA_ARGS: `--exit-node=${name}` };
      const output = await runOnce(tailnet, build, { environment });
      // Lines of tailscaled's log may follow.
      expect(output.text.split("\n")[0]).toBe(`spacetail: ${line}`);
      expect(output.code).toBe(1);
    });

    test("flags of TS_TAILSCALED_EXTRA_ARGS reach tailscaled", async () => {
      const access = await accessTo(world().tailnet);
      const stage = await Stage.open(build, {
        ...access,
        TS_TAILSCALED_EXTRA_ARGS: "--verbose=2 --no-logs-no-support",
      });
      try {
        expect(await stage.run("spacetail up --watch none")).toMatchObject({ code: 0 });
        const daemon = await stage.find(/^\S*tailscaled --tun/);
        expect(daemon.commandLine.slice(-2)).toEqual(["--verbose=2", "--no-logs-no-support"]);
        await stage.run("spacetail down");
      } finally {
        await stage.close();
      }
    });

    /** The node's preferences, as tailscaled has them. */
    async function prefs(environment: object): Promise<unknown> {
      const script = `require("http").get({socketPath: "/tmp/spacetail-1983/tailscaled.sock", path: "/localapi/v0/prefs",
        headers: {host: "local-tailscaled.sock"}}, (r) => r.pipe(process.stdout))`;
      const { tailnet } = world();
      const output = await runOnce(tailnet, build, {
        environment: { ...(await accessTo(tailnet)), ...environment },
        line: `spacetail up --watch none 2>/dev/null; node -e '${script}'; spacetail down 2>/dev/null`,
      });
      return JSON.parse(output.text);
    }
  });
});
