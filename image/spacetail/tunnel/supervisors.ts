// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from "node:fs";
import type { Environment } from "../../../contract/wire/environment.js";
import { readText } from "../process/files.js";
import { identify, type ProcessId } from "../process/processes.js";

/** A supervisor that is running. */
export interface Supervisor {
  readonly id: ProcessId;
  /** The runtime directory that it was started with. */
  readonly dir: string;
  /** Whether the user named the place of that directory in TS_RUNTIME_DIR. */
  readonly named: boolean;
}

/** The variables by which a supervisor can be found in the process table. */
export function supervisorVariables(dir: string, named: boolean): Record<string, string> {
  return { [named ? NAMED : UNNAMED]: dir };
}

/** The runtime directory in the environment of a supervisor. */
export function superviseDir(env: Environment): string {
  return env[NAMED] ?? env[UNNAMED] ?? "";
}

const NAMED = "SPACETAIL_NAMED_DIR";
const UNNAMED = "SPACETAIL_DIR";

/**
 * The supervisors of this user that are running, from the process table: their files may have been removed, or be in a
 * place that this process does not know.
 */
export function supervisors(): Supervisor[] {
  const found: Supervisor[] = [];
  let view = "";
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!(pid > 0) || !(readText(`/proc/${name}/cmdline`) ?? "").endsWith("\0supervise\0")) continue;
    if (view === "") view = viewOf("self");
    if (viewOf(name) !== view) continue;
    const id = identify(pid);
    const variables = (readText(`/proc/${name}/environ`) ?? "").split("\0");
    const dir = variable(variables, NAMED);
    const unnamed = variable(variables, UNNAMED);
    if (id !== null && dir + unnamed !== "") found.push({ id, dir: dir + unnamed, named: dir !== "" });
  }
  return found;
}

/** The user of a process, and the files that it sees: root finds the processes of all users, and of containers. */
function viewOf(pid: string): string {
  const status = (readText(`/proc/${pid}/status`) ?? "").split("\n");
  const user = status.find((line) => line.startsWith("Uid:")) ?? "";
  return `${user}\n${readText(`/proc/${pid}/mountinfo`) ?? ""}`;
}

function variable(variables: readonly string[], name: string): string {
  return variables.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}
