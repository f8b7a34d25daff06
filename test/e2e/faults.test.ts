// SPDX-License-Identifier: Apache-2.0
import { BUILDS } from "../world/images.js";
import { FAULTS } from "./faults.js";
import {
  accessTo,
  deleteNodes,
  describeInContainers,
  eventually,
  nodesLeft,
  PATIENT,
  REACH,
  Stage,
  useWorld,
} from "./stage.js";

describeInContainers("whatever goes wrong, nothing is left, and the next tunnel works", () => {
  // Where nobody could log the node out, the control server deletes it when it has been offline for a while.
  const world = useWorld({ ephemeralTimeoutMs: 1000 });

  describe.each(BUILDS)("%s", (build) => {
    test.each(FAULTS.map((row) => [row.name, row] as const))("%s", async (_, row) => {
      const { tailnet } = world();
      const stage = await Stage.open(build, { ...(await accessTo(tailnet)), ...PATIENT, ...row.environment });
      try {
        await row.act({ stage, tailnet });
        await tailnet.clearFaults();
        await tailnet.settings({ registerDelayMs: 0 });
        expect(await stage.leftovers()).toEqual([]);
        if (row.stays === true) {
          // The control server takes its time over the request of a node that is gone.
          await eventually(async () => (await tailnet.joinedNodes()).length > 0, "the node is registered");
          await deleteNodes(tailnet);
        }
        expect(await nodesLeft(tailnet)).toEqual([]);
        const files = "ls -A /tmp /tmp/spacetail-1983 /mnt/home; ! grep -q ':0438 .* 0A \\|:1F90 .* 0A ' /proc/net/tcp";
        const left = await stage.run(files);
        expect(left.code).toBe(0);
        expect(left.text).not.toMatch(/sock|\.ts-|leaving|lock/);
        if (row.keepsRecord !== true) expect(left.text).not.toMatch("proxies");
        // The service has lost the control server too.
        const isBack = async () => (await tailnet.nodes()).some(({ name, online }) => name === "state" && online);
        await eventually(isBack, "the service is online");
        const again = await stage.run(`spacetail up --watch none && ${REACH} && spacetail down`);
        expect(again).toMatchObject({ code: 0, text: expect.stringContaining("hello from the tailnet") });
        expect(await stage.leftovers()).toEqual([]);
        expect(await nodesLeft(tailnet)).toEqual([]);
      } finally {
        await tailnet.control("up");
        await tailnet.relay("up");
        await stage.close();
        // One fault must not look like the next ones.
        await deleteNodes(tailnet);
      }
    });
  });
});
