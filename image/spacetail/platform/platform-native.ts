// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, readSync, writeSync } from "node:fs";
import { setDefaultCACertificates } from "node:tls";
import { errorCode } from "../errors/failure.js";
import { sleep } from "../process/clock.js";
import type { Platform, Stream } from "./platform.js";

// Bound to image/native/native.c by image/native/ffi.json. A negative result is -errno.
declare function unixConnect(path: string): number;
declare function loopback6Connect(port: number): number;
declare function pathOwner(path: string): number;
declare function pathMode(path: string): number;
declare function dieWithParent(): number;
declare function execArgv(words: string): number;
declare function runProgram(words: string, variables: string): number;
declare function dieOf(signal: number): number;

/** The platform of the native build. */
export function nativePlatform(): Platform {
  return {
    command: [process.execPath],
    connect: connectUnix,
    socketProblem: async (path) => {
      const fd = unixConnect(path);
      if (fd < 0) return errnoName(-fd);
      closeSync(fd);
      return "";
    },
    listensOnLoopback6: async (port) => loopback6Connect(port) === 0,
    trust: (certificates) => setDefaultCACertificates(certificates.map((one) => one)),
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
    exec: async (argv) => errnoName(-execArgv(argv.join("\0"))),
    run: async (path, words, changed) => {
      const variables: string[] = [];
      for (const [name, value] of Object.entries(changed)) variables.push(`${name}=${value}`);
      // Nothing else is to be done meanwhile, so this may block.
      const result = runProgram([path].concat(words).join("\0"), variables.join("\0"));
      if (result < 0) return { status: 0, signal: 0, problem: errnoName(-result) };
      return result < 256
        ? { status: result, signal: 0, problem: "" }
        : { status: 0, signal: result - 256, problem: "" };
    },
    die: (signal) => {
      dieOf(signal);
    },
  };
}

/** The name of the errors that are expected here; Linux numbers them alike on all machines in question. */
function errnoName(errno: number): string {
  if (errno === 2) return "ENOENT";
  if (errno === 8) return "ENOEXEC";
  if (errno === 13) return "EACCES";
  if (errno === 111) return "ECONNREFUSED";
  return `errno ${errno}`;
}

async function connectUnix(path: string): Promise<Stream> {
  const fd = unixConnect(path);
  if (fd < 0) throw new Error(`connect ${path}: ${errnoName(-fd)}`);
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
      // The descriptor never blocks, because signals and other connections must be served. The event loop of scriptc
      // takes no foreign descriptors, so waiting means short sleeps.
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

/** `guard` asks the kernel for the parent-death signal and then becomes the program, so there is no third process. */
function spawnGuarded(argv: readonly string[], env: Record<string, string>, log: number): ChildProcess {
  return spawn(process.execPath, ["guard", `${process.pid}`].concat(argv), {
    cwd: "/",
    env,
    stdio: ["ignore", log, log],
  });
}
