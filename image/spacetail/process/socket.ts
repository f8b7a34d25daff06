// SPDX-License-Identifier: Apache-2.0
import { rmSync } from "node:fs";
import { errorText } from "../failure.js";
import type { Host } from "../host/host.js";

/**
 * Removes a unix socket on which nobody listens any more. Whatever else is at the path stays.
 *
 * @returns what keeps a new socket from that path, as one line; empty if nothing does
 */
export async function clearSocket(host: Host, path: string): Promise<string> {
  const found = host.permissions(path);
  if (found === null) return "";
  let problem = "is no socket";
  try {
    if (found.socket) {
      problem = "is another program's";
      (await host.connect(path)).close();
    }
  } catch (error) {
    problem = `cannot be used (${errorText(error)})`;
    if (problem.includes("ECONNREFUSED")) {
      rmSync(path, { force: true });
      return "";
    }
  }
  return `${path} ${problem}. Remove it, or choose another path by TS_SOCKET.`;
}
