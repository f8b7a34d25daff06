// SPDX-License-Identifier: Apache-2.0
// Builds image/Dockerfile from a clone, on base images made here.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "../world.js";
import { builder } from "./bases.js";
import type { Buildah } from "./buildah.js";

/** A folder with what a clone of this repository would have, changes included. */
export function cloned(): string {
  const folder = mkdtempSync(join(tmpdir(), "clone-"));
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: ROOT });
  for (const path of listed.toString().split("\0")) {
    // A deleted file is listed until the deletion is committed.
    if (path === "" || !existsSync(join(ROOT, path))) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(ROOT, path), join(folder, path), { preserveTimestamps: true });
  }
  return folder;
}

/**
 * A program that takes `docker build` and does it without an engine: buildah in this store, with the builders made
 * here.
 */
export function dockerFor(buildah: Buildah): string {
  const program = join(mkdtempSync(join(tmpdir(), "docker-")), "docker");
  const build = builder(buildah);
  const images = ["GO", "NODE", "PYTHON"].map((name) => `--build-arg ${name}_IMAGE=${build}`).join(" ");
  // buildah 1.28 takes the platform it builds for.
  const platform = `--build-arg BUILDPLATFORM=linux/${process.arch === "x64" ? "amd64" : process.arch}`;
  const words = `--isolation chroot --layers --pull-never --ulimit nofile=4096 ${platform} ${images}`;
  const script = `#!/bin/sh\nset -e\n[ "$1" = build ]\nshift\nexec buildah ${buildah.flags.join(" ")} build ${words} "$@"\n`;
  writeFileSync(program, script, { mode: 0o755 });
  return program;
}

/** Runs a make target in a clone, with `docker` as above. Returns what it printed. */
export function make(clone: string, target: string, variables: Readonly<Record<string, string>>): string {
  const words = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const git = {
    GIT_DIR: execFileSync("git", ["rev-parse", "--absolute-git-dir"], { cwd: ROOT, encoding: "utf8" }).trim(),
  };
  const env = { ...process.env, ...git };
  const result = spawnSync("make", [target, ...words], { cwd: clone, env, encoding: "utf8", maxBuffer: 2 ** 27 });
  if (result.status === 0) return result.stdout;
  throw new Error(`make ${target}: ${result.error?.message ?? `${result.stdout}${result.stderr}`.slice(-6000)}`);
}

export function discard(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
