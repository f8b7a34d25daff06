// SPDX-License-Identifier: Apache-2.0
// A private place for the embedded world: its own network, whose ports nobody else uses and from which nothing gets
// out, its own mounts, and its own process table, whose end takes every leftover process along.
import { spawnSync } from "node:child_process";
import { which } from "../prerequisites.mjs";

/** tailscaled wants an interface besides loopback. */
const NETWORK = [
  "ip link set lo up",
  "ip link add world0 type veth peer name world1",
  "ip address add 10.77.0.1/24 dev world0",
  "ip link set world0 up",
  "ip link set world1 up",
].join(" && ");

function unshare() {
  const namespaces = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const user = process.getuid() === 0 ? [] : ["--user", "--map-root-user"];
  return ["unshare", ...user, ...namespaces];
}

/** The words before a command that run it in a private place. */
export function sandboxCommand() {
  return [...unshare(), "sh", "-c", `${NETWORK} && exec "$@"`, "sh"];
}

/** Why no private place can be had here, or undefined. */
export function sandboxProblem() {
  for (const program of ["unshare", "ip"]) {
    if (which(program) === undefined) return `${program} is not on PATH`;
  }
  const [command, ...args] = [...sandboxCommand(), "true"];
  const tried = spawnSync(command, args, { encoding: "utf8" });
  return tried.status === 0 ? undefined : `unshare: ${tried.stderr.trim().split("\n")[0]}`;
}

/**
 * Runs a command in a private place, or where none can be had in the open, and says so.
 *
 * @returns its exit status
 */
export function runSandboxed(argv, env) {
  const problem = sandboxProblem();
  if (problem !== undefined) console.error(`... no private network here (${problem}): using the machine's own`);
  const [command, ...args] = problem === undefined ? [...sandboxCommand(), ...argv] : argv;
  return spawnSync(command, args, { stdio: "inherit", env }).status ?? 1;
}
