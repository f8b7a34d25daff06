// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, readSync, writeSync } from "node:fs";
import { setDefaultCACertificates } from "node:tls";
import { errorCode, SystemError } from "../failure.js";
import { sleep } from "../process/clock.js";
import type { Host, Stream } from "./host.js";

// Bound to image/native/native.c by image/native/ffi.json. Negative answers are -errno.
declare function unixConnect(path: string): number;
declare function loopback6Connect(port: number): number;
declare function pathOwner(path: string): number;
declare function pathMode(path: string): number;
declare function dieWithParent(): number;
declare function execArgv(words: string): number;

/** The host of the native build. */
export function nativeHost(): Host {
  return {
    self: [process.execPath],
    connect: connectUnix,
    listensOnLoopback6: async (port) => loopback6Connect(port) === 0,
    trust: (roots) => setDefaultCACertificates(roots.map((root) => root)),
    permissions: (path) => {
      const owner = pathOwner(path);
      if (owner < 0) return null;
      const mode = pathMode(path);
      return { owner: owner, mode: mode & 0o7777, socket: (mode & 0o170000) === 0o140000 };
    },
    spawnGuarded,
    dieWithParent: () => {
      dieWithParent();
    },
    exec: async (argv) => {
      const error = -execArgv(argv.join("\0"));
      return error === 2 ? "no such file" : error === 13 ? "permission denied" : `errno ${error}`;
    },
  };
}

async function connectUnix(path: string): Promise<Stream> {
  const fd = unixConnect(path);
  if (fd < 0)
    throw new SystemError(`connect ${path}`, -fd === 2 ? "ENOENT" : -fd === 111 ? "ECONNREFUSED" : `errno ${-fd}`);
  const buffer = Buffer.alloc(65536);
  let open = true;
  return {
    write: (text) => {
      const bytes = Buffer.from(text);
      let sent = 0;
      // Requests are far smaller than a socket buffer, so a full one means that the other side is stuck.
      while (sent < bytes.length) sent += writeSync(fd, bytes, sent, bytes.length - sent);
    },
    read: async () => {
      // The descriptor never blocks, because signals and other connections must go on; this compiler's event loop
      // takes no foreign descriptors, so the wait is a short sleep.
      while (open) {
        try {
          const count = readSync(fd, buffer, 0, buffer.length, null);
          return count > 0 ? Buffer.from(buffer.subarray(0, count)) : null;
        } catch (error) {
          if (errorCode(error) !== "EAGAIN") throw error;
        }
        await sleep(1);
      }
      return null;
    },
    close: () => {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

/** `guard` asks the kernel for the parent-death signal and then becomes the program, so no third process stays. */
function spawnGuarded(argv: readonly string[], env: Record<string, string>, log: number): ChildProcess {
  return spawn(process.execPath, ["guard", `${process.pid}`].concat(argv), {
    cwd: "/",
    env,
    stdio: ["ignore", log, log],
  });
}
