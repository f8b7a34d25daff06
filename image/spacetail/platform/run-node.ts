// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { errorCode } from "../errors/failure.js";
import type { Ended } from "./ended.js";

/** Those that the native build passes on too. */
const PASSED_ON: readonly NodeJS.Signals[] = [
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGTERM",
  "SIGUSR1",
  "SIGUSR2",
  "SIGTSTP",
  "SIGCONT",
];

/** The signals that a terminal sends to all processes of its foreground group. */
const OF_TERMINALS: readonly NodeJS.Signals[] = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTSTP"];

/** Runs a program in the foreground. */
export function run(path: string, words: readonly string[], changed: Readonly<Record<string, string>>): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...changed };
    const child = spawn(path, words.slice(1), { argv0: words[0], stdio: "inherit", env });
    const handlers = PASSED_ON.map((name) => {
      const earlier = process.listeners(name);
      process.removeAllListeners(name);
      const passOn = (): void => {
        // Unlike the native build, Node cannot know who has sent a signal.
        if (!OF_TERMINALS.includes(name) || !inForeground()) child.kill(name);
        if (name === "SIGTSTP") stop(passOn);
      };
      process.on(name, passOn);
      return { name, earlier, passOn };
    });
    const end = (ended: Ended): void => {
      for (const { name, earlier, passOn } of handlers) {
        for (const listener of earlier) process.on(name, listener);
        process.off(name, passOn);
      }
      resolve(ended);
    };
    child.on("error", (error) => end({ status: 0, signal: 0, problem: errorCode(error) }));
    child.on("exit", (code, signal) => {
      const number = signal === null ? 0 : constants.signals[signal];
      end({ status: code ?? 0, signal: number, problem: "" });
    });
  });
}

/** Stops this process, unless there is nobody to make it go on: the kernel knows. */
function stop(passOn: () => void): void {
  process.off("SIGTSTP", passOn);
  process.kill(process.pid, "SIGTSTP");
  setTimeout(() => process.on("SIGTSTP", passOn), 100);
}

/** Ends this process by a signal. */
export function die(signal: number): void {
  const found = Object.entries(constants.signals).find(([, number]) => number === signal);
  if (found === undefined) return;
  const name = found[0] as NodeJS.Signals;
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}

/** Whether the group of this process is the foreground group of a terminal. */
function inForeground(): boolean {
  const text = readFileSync("/proc/self/stat", "utf8");
  const [, , group, , , foreground] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return group === foreground;
}
