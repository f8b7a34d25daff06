// SPDX-License-Identifier: Apache-2.0
import { lstatSync, mkdirSync } from "node:fs";
import { errorCode, Failure } from "../errors/failure.js";
import type { Platform } from "../platform/platform.js";

/** The files of a tunnel, all in one directory that only its owner can enter. */
export interface RuntimeDir {
  readonly path: string;
  /** User ID of the owner. */
  readonly owner: number;
  /** What `up` tells the supervisor. */
  readonly launch: string;
  /** What the supervisor tells everybody. */
  readonly state: string;
  /** The proxy variables that the hooks export, and those that the run had before. */
  readonly proxies: string;
  readonly socket: string;
  readonly daemonLog: string;
  readonly supervisorLog: string;
  readonly lock: string;
}

/**
 * Where the tunnel of the calling user lives. It is outside the workspace, because Spacelift uploads the workspace
 * between plan and apply and restores it in another container.
 */
export function runtimeDir(): RuntimeDir {
  // getuid is missing on Windows only, where none of this runs.
  const owner = process.getuid?.() ?? 0;
  const path = `/tmp/spacetail-${owner}`;
  return {
    path,
    owner,
    launch: `${path}/launch.json`,
    state: `${path}/state.json`,
    proxies: `${path}/proxies.json`,
    socket: `${path}/tailscaled.sock`,
    daemonLog: `${path}/tailscaled.log`,
    supervisorLog: `${path}/supervisor.log`,
    lock: `${path}/lock`,
  };
}

/**
 * Creates the directory if it is missing, and checks that nobody else can have prepared or can read it. Everybody can
 * write to /tmp, so another user may have created a directory or a symbolic link of that name.
 *
 * @throws Failure if it is not a directory of the calling user with mode 0700
 */
export function ensureRuntimeDir(platform: Platform): RuntimeDir {
  const { path } = runtimeDir();
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== "EEXIST") {
      throw new Failure(`Cannot create the directory ${path} (${errorCode(error)}). /tmp must be writable.`);
    }
  }
  return checkedRuntimeDir(platform);
}

/**
 * {@link runtimeDir} for commands that look for a tunnel: it may be missing.
 *
 * @throws Failure if it exists and is not a directory of the calling user with mode 0700
 */
export function checkedRuntimeDir(platform: Platform): RuntimeDir {
  const dir = runtimeDir();
  const problem = runtimeDirProblem(platform, dir);
  if (problem !== "") throw new Failure(`${dir.path} ${problem}`);
  return dir;
}

/** What is wrong with the directory, reading on from its name; empty if nothing is, or if it is missing. */
function runtimeDirProblem(platform: Platform, dir: RuntimeDir): string {
  const permissions = platform.permissions(dir.path);
  if (permissions === null) return "";
  const found = lstatSync(dir.path);
  if (found.isSymbolicLink() || !found.isDirectory())
    return "is not a directory. Remove it: another user may have put it there.";
  if (permissions.owner !== dir.owner)
    return `belongs to user ${permissions.owner}. Remove it: that user may have prepared it.`;
  return (permissions.mode & 0o077) === 0 ? "" : "is open to other users. Remove it, or set its mode to 0700.";
}
