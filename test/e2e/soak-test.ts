// SPDX-License-Identifier: Apache-2.0
import { BUILDS, type Build } from "../world/images.js";
import { type SoakSize, soak } from "./soak.js";
import { describeInContainers, useWorld } from "./stage.js";

/** Tests that nothing is left after many tunnels, and that nothing grows. */
export function describeSoak(sizes: Readonly<Record<Build, SoakSize>>): void {
  describeInContainers("after many tunnels", () => {
    const world = useWorld();

    test.each(BUILDS)(
      "%s: nothing is left, and nothing has grown",
      async (build) => {
        const { memoryKb, ...left } = await soak(world(), build, sizes[build]);
        expect(left).toEqual({ failures: [], processes: [], nodes: [], files: [], sockets: 0, descriptors: 0 });
        // A collector may be about to run; growth by each `up` would be far more.
        expect(memoryKb).toBeLessThan(build === "native" ? 1024 : 20_480);
      },
      (Math.max(sizes.native.cycles, sizes.node.cycles) + 60) * 60_000,
    );
  });
}
