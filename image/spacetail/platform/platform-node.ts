// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { lstatSync } from "node:fs";
import { globalAgent } from "node:https";
import { connect, type Socket } from "node:net";
import { errorCode } from "../errors/failure.js";
import type { Platform, Stream } from "./platform.js";

/** The platform of the build for Node. */
export function nodePlatform(): Platform {
  // As in the native build, these count as SIGTERM.
  for (const name of ["SIGHUP", "SIGQUIT"]) process.on(name, () => process.kill(process.pid, "SIGTERM"));
  return {
    command: [process.execPath, __filename],
    connect: connectUnix,
    socketProblem: async (path) => {
      try {
        (await connectUnix(path)).close();
        return "";
      } catch (error) {
        return errorCode(error);
      }
    },
    listensOnLoopback6: (port) =>
      new Promise((resolve) => {
        const socket = connect({ host: "::1", port }, () => {
          socket.destroy();
          resolve(true);
        });
        socket.on("error", () => resolve(false));
      }),
    trust: (certificates) => {
      globalAgent.options.ca = [...certificates];
    },
    permissions: (path) => {
      const found = lstatSync(path, { throwIfNoEntry: false });
      return found === undefined ? null : { owner: found.uid, mode: found.mode & 0o7777, socket: found.isSocket() };
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
 * Node cannot ask for a parent-death signal. A shell becomes the program, so that signals reach the program itself, and
 * leaves behind a child that reads from a pipe of this process. The pipe ends when this process dies, and the child
 * then terminates the program. A line on the pipe says that the program has exited and its process ID may be in use
 * again.
 */
const GUARD = `exec 3<&0 </dev/null
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
