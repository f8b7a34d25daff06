// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Container } from "./container.js";

/** A process as seen in a container. */
export interface ContainerProcess {
  /** As the container counts. */
  readonly pid: number;
  /** As the container counts; 1 for orphans. */
  readonly parentPid: number;
  /** The kernel's name of it, at most 15 bytes of the file name. */
  readonly name: string;
  /** Empty for a zombie. */
  readonly commandLine: readonly string[];
  /**
   * `NAME=value` records as the process was given them. Null where the kernel refuses to show them, empty for a
   * zombie.
   */
  readonly environment: readonly string[] | null;
  /** It has ended and nobody has waited for it yet. */
  readonly zombie: boolean;
}

/** Where the number of threads stands behind the name: it is field 20 of proc_pid_stat(5), and the state field 3. */
const THREADS = 17;

/**
 * All processes in a container but its own init and worker, with command line and environment of each: read from
 * outside through the container's /proc, so that it works whatever runs inside. Processes that end meanwhile are left
 * out.
 */
export function scanProcesses(container: Pick<Container, "pid">): readonly ContainerProcess[] {
  const proc = `/proc/${container.pid}/root/proc`;
  return list(proc)
    .map((pid) => readProcess(proc, pid))
    .filter((found): found is ContainerProcess => found !== null && !isWorker(found));
}

/** The processes of a container that still run; zombies do not. */
export function livingProcesses(container: Pick<Container, "pid">): readonly ContainerProcess[] {
  return scanProcesses(container).filter(({ zombie }) => !zombie);
}

function list(proc: string): readonly number[] {
  try {
    return readdirSync(proc).map(Number).filter(Number.isInteger);
  } catch (error) {
    // The container is gone, and so are its processes.
    if (isGone(error)) return [];
    throw error;
  }
}

function readProcess(proc: string, pid: number): ContainerProcess | null {
  const directory = join(proc, String(pid));
  try {
    const stat = readFileSync(join(directory, "stat"), "latin1");
    // The name stands in parentheses and may hold any character, parentheses too.
    const end = stat.lastIndexOf(")");
    const fields = stat.slice(end + 2).split(" ");
    const [state = "", parent = "0"] = fields;
    // Whose first thread has ended before others is no zombie yet: those may still listen on its sockets.
    const zombie = state === "X" || (state === "Z" && Number(fields[THREADS]) <= 1);
    return {
      pid,
      parentPid: Number(parent),
      name: stat.slice(stat.indexOf("(") + 1, end),
      commandLine: records(readFileSync(join(directory, "cmdline"), "utf8")),
      // A zombie has no memory any more that could hold one.
      environment: zombie ? [] : environmentIn(directory),
      zombie,
    };
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

function environmentIn(directory: string): readonly string[] | null {
  try {
    return records(readFileSync(join(directory, "environ"), "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EACCES" || code === "EPERM") return null;
    throw error;
  }
}

function records(text: string): readonly string[] {
  const parts = text.split("\0");
  if (parts.at(-1) === "") parts.pop();
  return parts;
}

function isWorker({ pid, commandLine }: ContainerProcess): boolean {
  return pid === 1 || commandLine.at(-1) === "/mnt/worker/worker.cjs";
}

function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ESRCH";
}
