// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from "node:fs";
import { readText } from "../process/files.js";

/** The files of a tunnel, all in one directory that only its owner can enter. */
export interface RuntimeDir {
  readonly path: string;
  /** User ID of the owner. */
  readonly owner: number;
  /** What `up` tells the supervisor. */
  readonly launch: string;
  /** Exists as soon as the node may have been registered. */
  readonly joining: string;
  /** What the supervisor tells everybody. */
  readonly state: string;
  /** The proxy variables that the hooks export, and those that the run had before. */
  readonly proxies: string;
  readonly socket: string;
  readonly daemonLog: string;
  readonly supervisorLog: string;
  readonly lock: string;
}

/** The files of the directory `path`. */
export function dirAt(path: string): RuntimeDir {
  return {
    path,
    owner: ownerId(),
    launch: `${path}/launch.json`,
    joining: `${path}/joining`,
    state: `${path}/state.json`,
    proxies: `${path}/proxies.json`,
    socket: `${path}/tailscaled.sock`,
    daemonLog: `${path}/tailscaled.log`,
    supervisorLog: `${path}/supervisor.log`,
    lock: `${path}/lock`,
  };
}

/** What tailscaled has logged; empty if nothing. */
export function readDaemonLog(dir: RuntimeDir): string {
  return readText(dir.daemonLog) ?? "";
}

/** Where a tunnel that is leaving keeps its files, so that another can be started in the directory. */
export function asideDir(dir: RuntimeDir, supervisor: number): RuntimeDir {
  return dirAt(`${dir.path}/leaving-${supervisor}`);
}

/** The directories of tunnels that were set aside while they were leaving. */
export function asideDirs(dir: RuntimeDir): RuntimeDir[] {
  try {
    const names = readdirSync(dir.path).filter((name) => name.startsWith("leaving-"));
    return names.map((name) => dirAt(`${dir.path}/${name}`));
  } catch {
    return [];
  }
}

/** The user ID of this process. */
export function ownerId(): number {
  // getuid is missing on Windows only, where none of this runs.
  return process.getuid?.() ?? 0;
}
