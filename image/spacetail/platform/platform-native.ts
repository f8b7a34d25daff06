// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { errorName, SystemError } from "../errors/system-error.js";
import { nativeCapture } from "./capture-native.js";
import { endedOf } from "./ended.js";
import { connectionOn, nativeNet } from "./net-native.js";
import type { Platform } from "./platform.js";
import { secureNative, trustNative } from "./tls-native.js";

// Bound to image/native/native.c by image/native/ffi.json. A negative result is -errno.
declare function pathOwner(path: string): number;
declare function pathMode(path: string): number;
declare function raiseDescriptors(): number;
declare function forbidCoreDumps(): number;
declare function notifyManager(address: string, text: string): number;
declare function execArgv(words: string): number;
declare function runProgram(words: string, variables: string): number;
declare function dieOf(signal: number): number;
declare function stdioOpen(): number;
declare function stdioFinish(): number;
declare function symbolicLink(words: string): number;

/** The platform of the native build. */
export function nativePlatform(): Platform {
  return {
    command: [process.execPath],
    net: nativeNet(),
    trust: trustNative,
    secure: secureNative,
    permissions: (path) => {
      const owner = pathOwner(path);
      if (owner < 0) return null;
      const mode = pathMode(path);
      return { owner: owner, mode: mode & 0o7777, socket: (mode & 0o170000) === 0o140000 };
    },
    spawnGuarded,
    raiseDescriptorLimit: () => {
      raiseDescriptors();
    },
    forbidCoreDumps: () => {
      forbidCoreDumps();
    },
    link: (target, path) => {
      symbolicLink(`${target}\0${path}`);
    },
    notify: async (address, text) => {
      const result = notifyManager(address, text);
      return result < 0 ? errorName(-result) : "";
    },
    exec: async (argv) => errorName(-execArgv(argv.join("\0"))),
    run: async (path, words, changed) => {
      const variables: string[] = [];
      for (const [name, value] of Object.entries(changed)) variables.push(`${name}=${value}`);
      // Nothing else is to be done meanwhile, so this may block.
      return endedOf(runProgram([path].concat(words).join("\0"), variables.join("\0")));
    },
    capture: nativeCapture(),
    die: (signal) => {
      dieOf(signal);
    },
    stdio: () => {
      const fd = stdioOpen();
      if (fd < 0) throw new SystemError(errorName(-fd), "standard input and output");
      const { read, write, close } = connectionOn(fd);
      return {
        read,
        write,
        finish: async () => {
          close();
          stdioFinish();
        },
      };
    },
  };
}

/** `guard` of image/native/main.c asks the kernel for the parent-death signal and then becomes the program. */
function spawnGuarded(argv: readonly string[], env: Record<string, string>, log: number): ChildProcess {
  return spawn(process.execPath, ["guard", `${process.pid}`].concat(argv), {
    cwd: "/",
    env,
    stdio: ["ignore", log, log],
  });
}
