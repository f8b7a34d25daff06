// SPDX-License-Identifier: Apache-2.0
import { LANES } from "../world/images.js";
import { startWorld } from "../world/world.js";
import { accessTo, describeInContainers, Stage } from "./stage.js";

describeInContainers("down without a control server", () => {
  const cases = LANES.flatMap((lane) => [[lane, "refuse"] as const, [lane, "freeze"] as const]);

  test.each(cases)("%s: one that would %s: it returns in time, and says what stays behind", async (lane, state) => {
    // A world of its own: peers come back slowly once their control server was gone.
    const world = await startWorld();
    const stage = await Stage.open(lane, await accessTo(world.tailnet));
    try {
      expect((await stage.run("spacetail up --watch none")).code).toBe(0);
      await world.tailnet.control(state);
      const output = await stage.run("spacetail down");
      expect(output).toMatchObject({
        code: 0,
        text: "spacetail: stopped, but the node could not be logged out. It is ephemeral, so the control server will expire it.\n",
      });
      // The server would never answer.
      expect(output.ms).toBeLessThan(120_000);
      expect(await stage.leftovers(/^/, 0)).toEqual([]);
    } finally {
      await stage.close();
      await world.stop();
    }
  });
});
