// SPDX-License-Identifier: Apache-2.0
import { BUILDS } from "../world/images.js";
import { startWorld } from "../world/world.js";
import { accessTo, describeInContainers, Stage } from "./stage.js";

describeInContainers("down without a control server", () => {
  const cases = BUILDS.flatMap((build) => [[build, "refuse"] as const, [build, "freeze"] as const]);

  test.each(cases)("%s: one that would %s: it returns in time, and says what stays behind", async (build, state) => {
    // A world of its own: peers come back slowly once their control server was gone.
    const world = await startWorld();
    const stage = await Stage.open(build, await accessTo(world.tailnet));
    try {
      const up = await stage.run("spacetail up --watch none");
      expect(up.code).toBe(0);
      await world.tailnet.control(state);
      const output = await stage.run("spacetail down");
      expect(output).toMatchObject({
        code: 0,
        text: "spacetail: stopped, but the node could not be logged out. It is ephemeral, so the control server will expire it.\n",
      });
      // Twice what `down` may take for a server that never answers, and what a busy machine adds, which `up` shows.
      expect(output.ms).toBeLessThan(30_000 + 20 * up.ms);
      expect(await stage.leftovers(/^/, 0)).toEqual([]);
    } finally {
      await stage.close();
      await world.stop();
    }
  });
});
