// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { setDefaultCACertificates } from "node:tls";
import { errorName } from "../errors/system-error.js";
import { nativeNet } from "./net-native.js";
import type { Platform } from "./platform.js";

// Bound to image/native/native.c by image/native/ffi.json. A negative result is -errno.
declare function pathOwner(path: string): number;
declare function pathMode(path: string): number;
declare function dieWithParent(): number;
declare function raiseDescriptors(): number;
declare function execArgv(words: string): number;
declare function symbolicLink(words: string): number;

/** The platform of the native build. */
export function nativePlatform(): Platform {
  return {
    command: [process.execPath],
    net: nativeNet(),
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
    raiseDescriptorLimit: () => {
      raiseDescriptors();
    },
    link: (target, path) => {
      symbolicLink(`${target}\0${path}`);
    },
    exec: async (argv) => errorName(-execArgv(argv.join("\0"))),
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
