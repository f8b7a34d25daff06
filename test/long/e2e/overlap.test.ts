// SPDX-License-Identifier: Apache-2.0
// Commands that run at the same time, as often as it takes to find what goes wrong once in a hundred times.
import { accessTo, describeInContainers, nodesLeft, PATIENT, Stage, useWorld } from "../../e2e/stage.js";
import { BUILDS } from "../../world/images.js";

/** All that they may say. What they do to each other is said as it is, and nobody else is blamed. */
const EXPECTED: readonly RegExp[] = [
  / on the tailnet as /,
  /^(Starting|Running|Stopped|NeedsLogin): /,
  /^(up for|captured connections:) /,
  /^(going )?down(: (stopped on request|the watched process \d+ exited))?$/,
  /^starting$/,
  /: capture: off /,
  /^ {2}tailscaled: /,
  /off the tailnet\.$/,
  /: ready in /,
  /: stopped; the node had not joined the tailnet\.$/,
  /: stopped; whether the node was logged out is not known\./,
  /: stopped; the control server has not answered /,
  /: The tunnel went down(( before it was ready)?: stopped on request)?\.$/,
];

describeInContainers("ups and downs at the same time", () => {
  const world = useWorld();

  test.each(BUILDS)("get in each other's way, and nothing else does: %s", async (build) => {
    const stage = await Stage.open(build, { ...(await accessTo(world().tailnet)), ...PATIENT });
    try {
      const { text } = await stage.run(
        "for i in $(seq 100); do spacetail up --watch none & spacetail down & spacetail up --watch none & " +
          "spacetail run -- true & spacetail status & spacetail down & spacetail run -- spacetail status & wait; done; " +
          "spacetail down; spacetail status",
      );
      const lines = text.split("\n").filter((one) => one !== "");
      expect(lines.at(-1)).toMatch(/^down/);
      expect(lines.filter((one) => !EXPECTED.some((known) => known.test(one)))).toEqual([]);
      expect(await stage.leftovers()).toEqual([]);
      expect(await nodesLeft(world().tailnet)).toEqual([]);
    } finally {
      await stage.close();
    }
  });
});
