// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { lstatSync, symlinkSync } from "node:fs";
import { errorCode } from "../errors/failure.js";
import { nodeNet } from "./net-node.js";
import type { Platform } from "./platform.js";
import { die, run } from "./run-node.js";
import { openStdio } from "./stdio-node.js";
import { secureConnection } from "./tls-node.js";

/** The platform of the build for Node. */
export function nodePlatform(): Platform {
  // As in the native build, these count as SIGTERM.
  for (const name of ["SIGHUP", "SIGQUIT"]) process.on(name, () => process.kill(process.pid, "SIGTERM"));
  // A log on a full disk takes no lines. Node ends a program that has not asked for this error, and console asks only
  // while it writes, but each further line fails later.
  process.stderr.on("error", () => {});
  let authorities: readonly string[] = [];
  return {
    command: [process.execPath, __filename],
    net: nodeNet(),
    trust: (certificates) => {
      authorities = certificates;
    },
    secure: (connection, name) => secureConnection(connection, name, authorities),
    permissions: (path) => {
      const found = lstatSync(path, { throwIfNoEntry: false });
      return found === undefined ? null : { owner: found.uid, mode: found.mode & 0o7777, socket: found.isSocket() };
    },
    spawnGuarded,
    link: (target, path) => {
      try {
        symlinkSync(target, path);
      } catch {
        // As in the native build: whether there is a link can be seen.
      }
    },
    // Node has done so.
    raiseDescriptorLimit: () => {},
    forbidCoreDumps: () => {},
    notify,
    exec,
    run,
    capture: null,
    die,
    stdio: openStdio,
  };
}

/**
 * Node cannot ask for a parent-death signal. A shell becomes the program, so that signals reach the program itself, and
 * leaves behind a child that reads from a pipe of this process. The pipe ends when this process dies, and the child
 * then terminates the program. A line on the pipe says that the program has exited and its process ID may be in use
 * again. Core dumps would contain the program's keys.
 */
const GUARD = `ulimit -c 0
exec 3<&0 </dev/null
{ read -r over <&3 || kill -TERM $$; } 2>/dev/null &
exec 3<&-
exec "$@"`;

function spawnGuarded(argv: readonly string[], env: Record<string, string>, log: number): ChildProcess {
  const options = { cwd: "/", env, stdio: ["pipe" as const, log, log] };
  const child = spawn("/bin/sh", ["-c", GUARD, "spacetail-guard", ...argv], options);
  child.on("exit", () => child.stdin?.end("over\n"));
  // The guard may have exited by then.
  child.stdin?.on("error", () => {});
  return child;
}

/** Node has no datagrams on unix sockets, so systemd's own program sends them. */
function notify(address: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    const env = { ...process.env, NOTIFY_SOCKET: address };
    const child = spawn("systemd-notify", ["--no-block", ...text.split("\n")], { env, stdio: "ignore" });
    child.on("error", (error) => resolve(errorCode(error)));
    child.on("exit", (code) => resolve(code === 0 ? "" : "EIO"));
  });
}

function exec(argv: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(argv[0] ?? "", argv.slice(1), { stdio: "inherit" });
    child.on("error", (error) => resolve(errorCode(error)));
    child.on("exit", (code, signal) => {
      if (signal !== null) process.kill(process.pid, signal);
      process.exit(code ?? 1);
    });
  });
}
