// SPDX-License-Identifier: Apache-2.0
import { LANES } from "../world/images.js";
import { startWorld } from "../world/world.js";
import {
  accessTo,
  describeInContainers,
  guestsLeft,
  type Output,
  PATIENT,
  Stage,
  useDeadline,
  useWorld,
} from "./stage.js";

describeInContainers("TS_WAIT_FOR", () => {
  const world = useWorld();

  describe.each(LANES)("%s", (lane) => {
    const deadline = useDeadline(world, lane);

    async function up(waitFor: string, environment: object = {}): Promise<Output> {
      const variables = { ...PATIENT, TS_WAIT_FOR: waitFor, ...environment };
      const stage = await Stage.open(lane, { ...(await accessTo(world().tailnet)), ...variables });
      try {
        const output = await stage.run("spacetail up && spacetail down");
        expect(await stage.leftovers()).toEqual([]);
        expect(await guestsLeft(world().tailnet)).toEqual([]);
        return output;
      } finally {
        await stage.close();
      }
    }

    test("services by name, whole name and address", async () => {
      const address = world().tailnet.info.peers.find((peer) => peer.name === "db")?.addresses[0];
      const output = await up(`state:80,state.tail.test:80,${address}:5432`);
      expect(output.text).toContain(`; state:80, state.tail.test:80, ${address}:5432 reached.`);
      expect(output.code).toBe(0);
    });

    test.each([
      ["a name nobody has", "nosuch:80", "Cannot reach nosuch:80: this node sees none called nosuch."],
      ["an address nobody has", "100.99.0.1:80", "Cannot reach 100.99.0.1:80: 100.99.0.1 is not on this tailnet."],
      ["a node that is offline", "attic:80", "Cannot reach attic:80: attic.tail.test was offline for"],
      ["a port nobody listens on", "db:5433", "Cannot reach db:5433: db.tail.test refused the connection for"],
      [
        "a service that policy refuses",
        "vault:443",
        "Cannot reach vault:443: vault.tail.test answers pings but drops the connection",
      ],
      ["one that fails among others that do not", "state:80,db:5433", "Cannot reach db:5433"],
    ])("%s", async (_, waitFor, line) => {
      const output = await up(waitFor, deadline(4000));
      expect(output.text.split("\n")[0]).toContain(`spacetail: ${line}`);
      expect(output.code).toBe(1);
    });

    test("a refusal by policy is known long before the deadline", async () => {
      const output = await up("vault:443", PATIENT);
      expect(output.text).toContain("Cannot reach vault:443");
      expect(output.ms).toBeLessThan(120_000);
    });

    test("without a service to wait for and without any peer online, up succeeds and says so", async () => {
      const empty = await startWorld({ withPeers: false });
      const stage = await Stage.open(lane, await accessTo(empty.tailnet));
      try {
        const output = await stage.run("spacetail up && spacetail down");
        expect(output).toMatchObject({ code: 0, text: expect.stringContaining("; no peer is online.\n") });
      } finally {
        await stage.close();
        await empty.stop();
      }
    });

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

    test.each([
      ["nosuch", "No node is called nosuch. Check --exit-node in TS_EXTRA_ARGS."],
      ["db", "db.tail.test is no exit node, or is not approved as one."],
    ])("an exit node that is none: %s", async (name, line) => {
      const output = await up("", { TS_EXTRA_ARGS: `--exit-node=${name}` });
      // What tailscaled has logged meanwhile may follow.
      expect(output.text.split("\n")[0]).toBe(`spacetail: ${line}`);
      expect(output.code).toBe(1);
    });

    /** What tailscaled takes for the node's preferences. */
    async function prefs(environment: object): Promise<unknown> {
      const stage = await Stage.open(lane, await accessTo(world().tailnet));
      try {
        const script = `require("http").get({socketPath: "/tmp/spacetail-1983/tailscaled.sock", path: "/localapi/v0/prefs",
          headers: {host: "local-tailscaled.sock"}}, (r) => r.pipe(process.stdout))`;
        const output = await stage.run(
          `spacetail up --watch none 2>/dev/null; node -e '${script}'; spacetail down 2>/dev/null`,
          environment,
        );
        return JSON.parse(output.text);
      } finally {
        await stage.close();
      }
    }
  });
});
