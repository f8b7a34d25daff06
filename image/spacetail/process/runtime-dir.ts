// SPDX-License-Identifier: Apache-2.0
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { errorCode, Failure } from "../failure.js";
import type { Host } from "../host/host.js";

/** The files of a tunnel, all in one directory that only its owner can enter. */
export interface RuntimeDir {
  readonly path: string;
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
 * Where the tunnel of the calling user lives: outside the workspace, because Spacelift uploads the workspace between
 * plan and apply and restores it in another container.
 */
export function runtimeDir(): RuntimeDir {
  const path = `/tmp/spacetail-${userId()}`;
  return {
    path,
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
 * Makes the directory if it is missing, and checks that nobody else can have prepared or can read it. /tmp is writable
 * by all, so another user may have made a directory or a symbolic link of that name.
 *
 * @throws Failure if it is not a directory of ours with mode 0700
 */
export function ensureRuntimeDir(host: Host, dir: RuntimeDir): void {
  try {
    mkdirSync(dir.path, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== "EEXIST") {
      throw new Failure(`Cannot make the directory ${dir.path} (${errorCode(error)}). /tmp must be writable.`);
    }
  }
  const problem = runtimeDirProblem(host, dir);
  if (problem !== null) throw new Failure(problem);
}

/** What is wrong with the directory, as one line, or null. A missing directory is fine. */
export function runtimeDirProblem(host: Host, dir: RuntimeDir): string | null {
  const permissions = host.permissions(dir.path);
  if (permissions === null) return null;
  const found = lstatSync(dir.path);
  if (found.isSymbolicLink() || !found.isDirectory())
    return `${dir.path} is not a directory. Remove it: somebody else may have put it there.`;
  if (permissions.owner !== userId())
    return `${dir.path} belongs to user ${permissions.owner}. Remove it: somebody else may have prepared it.`;
  if ((permissions.mode & 0o077) !== 0) return `${dir.path} is open to other users. Remove it, or make its mode 0700.`;
  return null;
}

/** {@link runtimeDir} for commands that look for a tunnel: it may be missing. */
export function checkedRuntimeDir(host: Host): RuntimeDir {
  const dir = runtimeDir();
  const problem = runtimeDirProblem(host, dir);
  if (problem !== null) throw new Failure(problem);
  return dir;
}

/**
 * Writes a file that only its owner can read, whole or not at all.
 *
 * @throws Failure if that cannot be done, as on a full disk
 */
export function writePrivate(path: string, text: string): void {
  const partial = `${path}.${process.pid}`;
  try {
    writeFileSync(partial, text, { mode: 0o600 });
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw new Failure(`Cannot write ${path} (${errorCode(error)}). The disk must have room and be writable.`);
  }
}

/** The text of a file, or null if it cannot be read. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function userId(): number {
  // getuid is missing on Windows only, where nothing of this runs.
  return process.getuid?.() ?? 0;
}
