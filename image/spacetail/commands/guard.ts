// SPDX-License-Identifier: Apache-2.0
import type { Host } from "../host/host.js";
import { statOf } from "../process/processes.js";

/**
 * `spacetail guard PARENT PROGRAM ARGS...`, for internal use: becomes the program, which the kernel then sends SIGTERM
 * when the parent dies.
 *
 * @returns 127 if the program cannot be started
 */
export async function guard(host: Host, args: readonly string[]): Promise<number> {
  const program = args.slice(1);
  host.dieWithParent();
  // The parent may have died before the kernel knew that it matters.
  if (statOf("self")?.parent !== Number(args[0])) return 143;
  console.error(`spacetail: cannot start ${program[0] ?? ""} (${await host.exec(program)})`);
  return 127;
}
