// SPDX-License-Identifier: Apache-2.0
import { chmodSync, existsSync, linkSync, mkdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { errorCode, Failure } from "../errors/failure.js";
import type { Net } from "../platform/net.js";
import type { Platform } from "../platform/platform.js";
import type { Attempt } from "./attempt.js";
import type { Launch } from "./state.js";

/** Where users find tailscaled's socket. */
export function socketOf({ dir, settings }: Attempt): string {
  return settings.socket === "" ? dir.socket : settings.socket;
}

/**
 * The name under which tailscaled creates that socket. It removes its socket when it exits, which must not be that of
 * another tunnel, so each tunnel has a name of its own in the same directory.
 */
export function ownSocketOf(socket: string): string {
  return `${dirname(socket)}/.ts-${process.pid}`;
}

/** Creates the directories of a socket that are missing, as tailscaled would; returns them, the outermost first. */
export function makeSocketDirs(socket: string): string[] {
  const missing: string[] = [];
  for (let path = dirname(socket); path !== "/" && !existsSync(path); path = dirname(path)) missing.unshift(path);
  const made: string[] = [];
  for (const path of missing) {
    try {
      mkdirSync(path);
      // Whatever the mask of this process, so that others can ask for the node's status.
      chmodSync(path, 0o755);
      made.push(path);
    } catch (error) {
      // Somebody else has just created it.
      if (errorCode(error) === "EEXIST" && existsSync(path)) continue;
      removeSocketDirs(made);
      throw new Failure(
        `Cannot create the directory ${path} (${errorCode(error)}). Choose another path with TS_SOCKET.`,
      );
    }
  }
  return made;
}

/** Removes directories that were created for a socket, unless something else is in them now. */
export function removeSocketDirs(made: readonly string[]): void {
  for (let i = made.length - 1; i >= 0; i -= 1) {
    try {
      rmdirSync(made[i] ?? "");
    } catch {
      return;
    }
  }
}

/** Gives the socket of tailscaled, which is there, its public name. */
export function publishSocket(ownSocket: string, socket: string): void {
  try {
    linkSync(ownSocket, socket);
  } catch (error) {
    throw new Failure(`Cannot create the socket ${socket} (${errorCode(error)}). Choose another path with TS_SOCKET.`);
  }
}

/** Gives up the public name, so that another tunnel can have it. tailscaled can still be reached under its own. */
export function withdrawSocket(platform: Platform, { socket }: Launch): void {
  if (platform.permissions(socket)?.socket === true) rmSync(socket, { force: true });
}

/** Removes what a tunnel that is down has left of its socket, as one does whose processes were all killed. */
export async function sweepSockets(platform: Platform, launch: Launch): Promise<void> {
  for (const socket of [launch.ownSocket, launch.socket]) await clearSocket(platform, socket);
  removeSocketDirs(launch.socketDirs);
}

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
