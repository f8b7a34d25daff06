// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appears } from "../serve-stage.js";
import type { Slug } from "./slug.js";

/** Why no dyno can be made here, or null. */
export function dynoProblem(): string | null {
  return process.getuid?.() === 0 ? null : "only root can make a dyno";
}

/** How a dyno ended, and what it printed. */
export interface DynoOutput {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A dyno that runs. */
export interface Dyno {
  /** Everything that it has printed so far, on both streams. */
  readonly text: () => string;
  /** Waits until it has printed something like that, and returns what matched. */
  readonly prints: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Stops it, as when there is a new release. */
  readonly stop: () => Promise<DynoOutput>;
  /** How it ends if nobody stops it. */
  readonly output: Promise<DynoOutput>;
}

/** What a dyno is started with. */
export interface DynoOptions {
  /** `web.1`, `run.1234`, `release.1234`. */
  readonly name: string;
  readonly command: string;
  /** The variables of the app. */
  readonly config: object;
  /** What Heroku adds if the app has that feature. @default the metadata of the app `myapp` */
  readonly metadata?: object;
  /** Whether the dyno ends with its own process, even if others still stop. */
  readonly endsEarly?: boolean;
}

/** What Heroku's `runtime-dyno-metadata` adds. */
export const METADATA = {
  HEROKU_APP_NAME: "myapp",
  HEROKU_SLUG_COMMIT: "2c3a0b24069af49b3de35b8e8c26765c1dba9ff0",
} as const;

/** What the shell of a dyno does before its process is started. */
const BOOT = [
  "cd /app",
  'for file in .profile.d/*.sh; do . "$file"; done',
  "if [ -f .profile ]; then . ./.profile; fi",
  'exec bash -c "$DYNO_COMMAND"',
].join("\n");

/** Starts a dyno on a copy of the slug. */
export function startDyno(slug: Slug, options: DynoOptions): Dyno {
  const dir = mkdtempSync(join(tmpdir(), "dyno-"));
  chmodSync(dir, 0o755);
  const copy = slug.copy();
  const environment = {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: "/app",
    PORT: "5017",
    DYNO: options.name,
    DYNO_COMMAND: options.command,
    // No knob of the caller's gets in, and nobody else's control server is asked.
    TS_PANIC_IF_HIT_MAIN_CONTROL: "1",
    ...(options.metadata ?? METADATA),
    ...options.config,
  };
  const words = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const flags = ["--mount", "--pid", "--uts", "--fork", "--kill-child"];
  const child = spawn("unshare", [...flags, "sh", join(__dirname, "dyno.sh"), ...words, "bash", "-c", BOOT], {
    env: {
      PATH: process.env.PATH ?? "",
      DYNO_ROOT: dir,
      DYNO_SLUG: copy,
      DYNO_HOSTNAME: "7a9e1c52-guid",
      DYNO_ENDS: options.endsEarly === true ? "early" : "",
    },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  let [stdout, stderr, text] = ["", "", ""];
  let hasEnded = false;
  child.stdout?.setEncoding("utf8").on("data", (piece: string) => {
    stdout += piece;
    text += piece;
  });
  child.stderr?.setEncoding("utf8").on("data", (piece: string) => {
    stderr += piece;
    text += piece;
  });
  const pid = new Promise<number>((resolve) => {
    child.stdio[3]?.once("data", (data: Buffer) => resolve(Number(data.toString())));
  });
  const output = new Promise<DynoOutput>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      hasEnded = true;
      rmSync(dir, { recursive: true, force: true });
      rmSync(copy, { recursive: true, force: true });
      resolve({ code, stdout, stderr });
    });
  });
  return {
    text: () => text,
    prints: (pattern) =>
      appears(() => {
        if (hasEnded && !pattern.test(text)) throw new Error(`the dyno has ended without ${pattern}:\n${text}`);
        return text;
      }, pattern),
    stop: async () => {
      process.kill(await pid, "SIGTERM");
      return await output;
    },
    output,
  };
}

/** Runs a dyno until its process ends. */
export async function runDyno(slug: Slug, options: DynoOptions): Promise<DynoOutput> {
  return await startDyno(slug, options).output;
}
