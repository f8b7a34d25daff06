// SPDX-License-Identifier: Apache-2.0
import { BUILDS } from "../world/images.js";
import { startWorld } from "../world/world.js";
import { accessTo, describeInContainers, type Output, runOnce, useDeadline, useWorld } from "./stage.js";

describeInContainers("TS_WAIT_FOR", () => {
  const world = useWorld();

  describe.each(BUILDS)("%s", (build) => {
    const deadline = useDeadline(world, build);

    async function up(waitFor: string, environment: object = {}): Promise<Output> {
      const { tailnet } = world();
      const own = { TS_WAIT_FOR: waitFor, ...environment };
      return await runOnce(tailnet, build, { environment: { ...(await accessTo(tailnet)), ...own } });
    }

    test("services by name, whole name and address", async () => {
      const address = world().tailnet.info.peers.find((peer) => peer.name === "db")?.addresses[0];
      const output = await up(`state:80,state.tail.test:80,${address}:5432`);
      expect(output.text).toContain(`; state:80, state.tail.test:80, ${address}:5432 reached.`);
      expect(output.code).toBe(0);
    });

    test.each([
      ["a name nobody has", "nosuch:80", 'Cannot reach nosuch:80: no node named "nosuch" is visible to this node.'],
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

    test("a refusal by policy is final long before the deadline", async () => {
      // The test itself has less time than that.
      const output = await up("vault:443", { TS_BOOT_TIMEOUT: "1h" });
      expect(output).toMatchObject({ code: 1, text: expect.stringContaining("Cannot reach vault:443") });
    });

    test("without a service to wait for and without any peer online, up succeeds and says so", async () => {
      const empty = await startWorld({ withPeers: false });
      try {
        const output = await runOnce(empty.tailnet, build, { environment: await accessTo(empty.tailnet) });
        expect(output).toMatchObject({ code: 0, text: expect.stringContaining("; no peer is online.\n") });
      } finally {
        await empty.stop();
      }
    });
  });
});
