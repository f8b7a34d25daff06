// SPDX-License-Identifier: Apache-2.0
import { parentPid } from "../process/processes.js";
import type { Invocation } from "./invocation.js";

/**
 * `spacetail guard PARENT PROGRAM ARGS...`, for internal use: becomes the program, which the kernel will send SIGTERM
 * when the parent dies.
 *
 * @returns 127 if the program cannot be started
 */
export async function guard({ platform, args }: Invocation): Promise<number> {
  const program = args.slice(1);
  platform.dieWithParent();
  // The parent may have died before the kernel was asked.
  if (parentPid() !== Number(args[0])) return 143;
  console.error(`spacetail: cannot start ${program[0] ?? ""} (${await platform.exec(program)})`);
  return 127;
}
