// SPDX-License-Identifier: Apache-2.0
// A sandbox for the embedded world: a network that nothing leaves and whose ports nobody else uses, mounts, and a
// process table. When the sandbox ends, so does every process in it.
import { spawnSync } from "node:child_process";
import { which } from "../prerequisites.mjs";

/** tailscaled needs an interface besides loopback. */
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

/** The words before a command that run it in a sandbox. */
export function sandboxCommand() {
  return [...unshare(), "sh", "-c", `${NETWORK} && exec "$@"`, "sh"];
}

/** Why there can be no sandbox on this machine, or undefined. */
export function sandboxProblem() {
  for (const program of ["unshare", "ip"]) {
    if (which(program) === undefined) return `${program} is not on PATH`;
  }
  const [command, ...args] = [...sandboxCommand(), "true"];
  const tried = spawnSync(command, args, { encoding: "utf8" });
  return tried.status === 0 ? undefined : `unshare: ${tried.stderr.trim().split("\n")[0]}`;
}

/**
 * Runs a command in a sandbox, or, where there can be none, without one and with a warning.
 *
 * @returns its exit status
 */
export function runSandboxed(argv, env) {
  const problem = sandboxProblem();
  if (problem !== undefined) console.error(`... no private network here (${problem}): using the machine's own`);
  const [command, ...args] = problem === undefined ? [...sandboxCommand(), ...argv] : argv;
  return spawnSync(command, args, { stdio: "inherit", env }).status ?? 1;
}
