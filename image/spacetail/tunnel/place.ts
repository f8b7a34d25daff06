// SPDX-License-Identifier: Apache-2.0
import { lstatSync, rmSync } from "node:fs";
import type { Environment } from "../../../contract/wire/environment.js";
import { errorCode, errorMessage, Failure } from "../errors/failure.js";
import type { Platform } from "../platform/platform.js";
import { ensurePrivateDir, readText, writePrivate } from "../process/files.js";
import { isRunning } from "../process/processes.js";
import { dirAt, ownerId, type RuntimeDir } from "./runtime-dir.js";
import { readState } from "./state.js";
import { supervisors } from "./supervisors.js";

/** The longest path of a directory whose sockets have addresses: sockaddr_un holds 107 bytes. */
const LONGEST_PATH = 90;

/** Room that a directory must have for a tunnel's files. Bytes. */
const ROOM = 65_536;

/**
 * The directory for `up`: the one of a running tunnel, else the first of the candidates that can be used, created if it
 * is missing. Nobody else can have prepared or can read it: everybody can write to /tmp, so another user may have
 * created a directory or a symbolic link of that name.
 *
 * @throws Failure if none can be used, or if one is not a directory of the calling user with mode 0700
 */
export function ensureRuntimeDir(platform: Platform, env: Environment): RuntimeDir {
  const present = presentDir(platform, env);
  if (present !== null) {
    // Somebody may have removed it.
    ensurePrivateDir(present.path);
    return present;
  }
  let problem = "";
  for (const path of candidates(env)) {
    const found = prepare(platform, path);
    if (found === "") return dirAt(path);
    if (problem === "") problem = found;
  }
  throw new Failure(problem);
}

/**
 * The directory for commands that look for a tunnel: the one of a running tunnel, else the one where a tunnel was, else
 * the one where `up` would try first. It may be missing.
 *
 * @throws Failure if one of the candidates exists and is not a directory of the calling user with mode 0700
 */
export function findRuntimeDir(platform: Platform, env: Environment): RuntimeDir {
  const present = presentDir(platform, env);
  if (present !== null) return present;
  const paths = candidates(env);
  const used = paths.find((path) => readText(dirAt(path).launch) !== null || readText(dirAt(path).proxies) !== null);
  return dirAt(used ?? paths[0] ?? "");
}

/** The directory of a tunnel that is running, wherever it is; null if there is none. */
function presentDir(platform: Platform, env: Environment): RuntimeDir | null {
  const paths = candidates(env);
  for (const path of paths) {
    const problem = dirProblem(platform, path);
    // The others are only tried where the first cannot be created.
    if (problem !== "" && path === paths[0]) throw new Failure(`${path} ${problem}`);
    const state = problem === "" ? readState(dirAt(path)) : null;
    if (state !== null && isRunning(state.supervisor)) return dirAt(path);
  }
  // The variables may have been others when the tunnel was started, and its files may have been removed.
  if ((env.TS_RUNTIME_DIR ?? "") !== "") return null;
  const other = supervisors().find((one) => !one.named);
  return other === undefined || dirProblem(platform, other.dir) !== "" ? null : dirAt(other.dir);
}

/**
 * Where a tunnel of the calling user may live, the most usual place first. None is in the workspace, because Spacelift
 * uploads the workspace between plan and apply and restores it in another container.
 */
export function candidates(env: Environment): string[] {
  const name = `spacetail-${ownerId()}`;
  const chosen = env.TS_RUNTIME_DIR ?? "";
  if (chosen !== "") return [`${withoutSlash(chosen)}/${name}`];
  const paths: string[] = [];
  for (const place of ["/tmp", env.TMPDIR ?? "", env.XDG_RUNTIME_DIR ?? "", "/dev/shm"]) {
    const path = `${withoutSlash(place)}/${name}`;
    const usable = place.startsWith("/") && !`${place}/`.startsWith("/mnt/workspace/") && path.length <= LONGEST_PATH;
    if (usable && !paths.includes(path)) paths.push(path);
  }
  return paths;
}

/** Makes a directory ready for a tunnel. What prevents that, as a sentence; empty if nothing does. */
function prepare(platform: Platform, path: string): string {
  try {
    ensurePrivateDir(path);
  } catch (error) {
    const advice = "Set TS_RUNTIME_DIR to a directory that this user can write to.";
    return `Cannot create the directory ${path} (${errorCode(error)}). ${advice}`;
  }
  const problem = dirProblem(platform, path);
  if (problem !== "") return `${path} ${problem}`;
  const probe = `${path}/probe`;
  try {
    writePrivate(probe, " ".repeat(ROOM));
    rmSync(probe, { force: true });
    return "";
  } catch (error) {
    return errorMessage(error);
  }
}

/** What is wrong with the directory, reading on from its name; empty if nothing is, or if it is missing. */
function dirProblem(platform: Platform, path: string): string {
  const permissions = platform.permissions(path);
  if (permissions === null) return "";
  const found = lstatSync(path);
  if (found.isSymbolicLink() || !found.isDirectory())
    return "is not a directory. Remove it: another user may have put it there.";
  if (permissions.owner !== ownerId())
    return `belongs to user ${permissions.owner}. Remove it: that user may have prepared it.`;
  return (permissions.mode & 0o077) === 0 ? "" : "is open to other users. Remove it, or set its mode to 0700.";
}

function withoutSlash(path: string): string {
  return path.endsWith("/") ? path.slice(0, -1) : path;
}
