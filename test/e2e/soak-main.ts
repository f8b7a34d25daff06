// SPDX-License-Identifier: Apache-2.0
// npm run soak -- [--cycles N] [--concurrent N] [--json]: brings tunnels up and down, and starts many `up`s on one,
// with both builds in the embedded world. Prints what is left and what has grown, and fails if anything is left.
import { parseArgs } from "node:util";
import { BUILDS } from "../world/images.js";
import { startWorld } from "../world/world.js";
import { soak } from "./soak.js";

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { cycles: { type: "string" }, concurrent: { type: "string" }, json: { type: "boolean" } },
  });
  const size = { cycles: Number(values.cycles ?? 1000), concurrent: Number(values.concurrent ?? 200) };
  const world = await startWorld({ joinDelayMs: 20 });
  let failed = 0;
  try {
    for (const build of BUILDS) {
      // Every `up` of the build for Node is a process of 40 MB.
      const concurrent = build === "node" ? Math.min(size.concurrent, 40) : size.concurrent;
      const result = await soak(world, build, { ...size, concurrent });
      const { failures, processes, nodes, files, sockets, descriptors, memoryKb } = result;
      const left = [failures, processes, nodes, files].reduce((sum, list) => sum + list.length, sockets + descriptors);
      if (left > 0) failed = 1;
      if (values.json === true) console.log(JSON.stringify({ build, ...size, concurrent, ...result }));
      else
        console.log(
          `${build}: ${size.cycles} cycles and ${concurrent} concurrent ups; ${failures.length} failed; left: ` +
            `${processes.length} processes, ${sockets} sockets, ${files.length} files, ${nodes.length} nodes, ` +
            `${descriptors} descriptors; the supervisor grew by ${memoryKb} KB`,
        );
      for (const line of [...failures, ...processes, ...nodes, ...files]) console.error(line);
    }
  } finally {
    await world.stop();
  }
  return failed;
}

main().then((code) => process.exit(code));
