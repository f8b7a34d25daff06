// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { lstatSync } from "node:fs";
import { globalAgent } from "node:https";
import { connect, type Socket } from "node:net";
import type { Host, Stream } from "./host.js";

/** The host of the Node build. */
export function nodeHost(): Host {
  return {
    self: [process.execPath, __filename],
    connect: connectUnix,
    trust: (roots) => {
      globalAgent.options.ca = [...roots];
    },
    permissions: (path) => {
      const found = lstatSync(path, { throwIfNoEntry: false });
      return found === undefined ? null : { owner: found.uid, mode: found.mode & 0o7777 };
    },
    spawnGuarded,
    dieWithParent: () => {
      throw new Error("Node cannot ask for a parent-death signal");
    },
    exec,
  };
}

function connectUnix(path: string): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(streamOf(socket));
    });
  });
}

function streamOf(socket: Socket): Stream {
  const chunks: Buffer[] = [];
  let ended = false;
  let failure: Error | null = null;
  let wake = (): void => {};
  const notify = (change: () => void) => (): void => {
    change();
    wake();
  };
  socket.on("data", (data: Buffer) => notify(() => chunks.push(data))());
  socket.on(
    "end",
    notify(() => {
      ended = true;
    }),
  );
  socket.on(
    "close",
    notify(() => {
      ended = true;
    }),
  );
  socket.on("error", (error) =>
    notify(() => {
      failure = error;
    })(),
  );
  return {
    write: (text) => {
      socket.write(text);
    },
    read: async () => {
      for (;;) {
        const chunk = chunks.shift();
        if (chunk !== undefined) return chunk;
        if (failure !== null) throw failure;
        if (ended) return null;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    close: () => {
      socket.destroy();
    },
  };
}

/**
 * Node cannot ask for a parent-death signal. A shell holds one end of a pipe, of which this process holds the other:
 * when this process dies, the shell reads the end of the file and ends the program.
 */
const GUARD = `exec 3<&0 </dev/null
"$@" 3<&- &
program=$!
trap 'kill -TERM $program' TERM
{ read -r nothing <&3; kill -TERM $program; } 2>/dev/null &
exec 3<&-
wait $program
code=$?
while kill -0 $program 2>/dev/null; do wait $program; code=$?; done
kill $! 2>/dev/null
exit $code`;

function spawnGuarded(argv: readonly string[], env: Record<string, string>, log: number): ChildProcess {
  return spawn("/bin/sh", ["-c", GUARD, "spacetail-guard", ...argv], { cwd: "/", env, stdio: ["pipe", log, log] });
}

function exec(argv: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(argv[0] ?? "", argv.slice(1), { stdio: "inherit" });
    child.on("error", (error) => resolve(error.message));
    child.on("exit", (code, signal) => {
      if (signal !== null) process.kill(process.pid, signal);
      process.exit(code ?? 1);
    });
  });
}
