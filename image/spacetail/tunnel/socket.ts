// SPDX-License-Identifier: Apache-2.0
import { rmSync } from "node:fs";
import { errorCode } from "../errors/failure.js";
import type { Net } from "../platform/net.js";
import type { Platform } from "../platform/platform.js";

/**
 * Removes a unix socket that nobody listens on any more. Anything else at the path stays.
 *
 * @returns what prevents a new socket at that path, as one line; empty if nothing does
 */
export async function clearSocket(platform: Platform, path: string): Promise<string> {
  const found = platform.permissions(path);
  if (found === null) return "";
  const advice = "Remove it, or choose another path with TS_SOCKET.";
  if (!found.socket) return `${path} is not a socket. ${advice}`;
  const code = await socketProblem(platform.net, path);
  if (code === "") return `${path} is in use by another program. ${advice}`;
  if (code !== "ECONNREFUSED") return `${path} cannot be used (${code}). ${advice}`;
  rmSync(path, { force: true });
  return "";
}

/** Tries a unix socket: empty if a program accepts connections on it, else the code of the error. */
export async function socketProblem(net: Net, path: string): Promise<string> {
  try {
    (await net.connectUnix(path)).close();
    return "";
  } catch (error) {
    return errorCode(error);
  }
}
