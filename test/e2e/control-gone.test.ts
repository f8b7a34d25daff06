// SPDX-License-Identifier: Apache-2.0
import { BUILDS } from "../world/images.js";
import { startWorld } from "../world/world.js";
import { accessTo, describeInContainers, nodesLeft, Stage } from "./stage.js";

describeInContainers("down without a control server", () => {
  const cases = BUILDS.flatMap((build) => [[build, "refuse"] as const, [build, "freeze"] as const]);

  test.each(cases)(
    "%s: one that would %s: it returns, and the supervisor logs the node out when it can",
    async (build, state) => {
      // A world of its own: peers come back slowly once their control server was gone.
      const world = await startWorld();
      const stage = await Stage.open(build, await accessTo(world.tailnet));
      try {
        expect((await stage.run("spacetail up --watch none")).code).toBe(0);
        await world.tailnet.control(state);
        // The server would never answer, so that `down` returns is all there is to say about time.
        const output = await stage.run("spacetail down");
        expect(output).toMatchObject({
          code: 0,
          text: expect.stringMatching(
            /^spacetail: ready in .*\nspacetail: the tunnel is down; the node is not logged out yet.*, and spacetail goes on trying in the background\.\n$/,
          ),
        });
        expect((await stage.run("spacetail status")).text).toMatch(/^going down: stopped on request/);
        // WHEN the server is back
        await world.tailnet.control("up");
        // THEN the node is logged out
        expect(await nodesLeft(world.tailnet)).toEqual([]);
        expect(await stage.leftovers()).toEqual([]);
        const events = await world.tailnet.events();
        expect(events.map((event) => event.type)).toContain("node-logged-out");
      } finally {
        await stage.close();
        await world.stop();
      }
    },
  );
});
