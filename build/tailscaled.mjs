#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Builds the pinned tailscaled, command line included, from its Go module into image/dist/tailscaled-linux-ARCH.
//
// Usage: npm run build:tailscaled -- [x64] [arm64]      default: x64
//
// Sources are the module's, except for the patches in image/tailscale, which are applied to a copy. The result is
// cached in .cache/tailscaled by module versions, tags, patches, toolchain and architecture.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const here = join(root, "image/tailscale");
const read = (name) => readFileSync(join(here, name), "utf8");

const tags = read("tags.txt")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));
const patches = readdirSync(here).filter((name) => name.endsWith(".patch"));
const version = /tailscale\.com v(\S+)/.exec(read("go.mod"))[1];
// Module archives carry no commit, without which tailscaled calls its own version an error.
const stamp = `-X tailscale.com/version.shortStamp=${version} -X tailscale.com/version.longStamp=${version}-spacetail`;

/** Copies the module and applies the patches; returns a go.mod that uses the copy. */
function patched(module, folder) {
  const copy = join(folder, "tailscale.com");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // Files and folders of the module cache are read-only.
  execFileSync("cp", ["-r", "--no-preserve=mode", module, copy]);
  // In a repository, `git apply` passes over files that it ignores, as the cache is.
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: folder };
  for (const patch of patches) {
    execFileSync("git", ["apply", join(here, patch)], { cwd: copy, env, stdio: ["ignore", 2, 2] });
  }
  const file = join(folder, "go.mod");
  writeFileSync(file, `${read("go.mod")}\nreplace tailscale.com => ${copy}\n`);
  copyFileSync(join(here, "go.sum"), join(folder, "go.sum"));
  return file;
}

function build(arch) {
  const env = { ...process.env, CGO_ENABLED: "0", GOOS: "linux", GOARCH: arch === "arm64" ? "arm64" : "amd64" };
  const go = (...args) =>
    execFileSync("go", args, { cwd: here, env, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const key = createHash("sha256");
  for (const part of [go("env", "GOVERSION"), arch, tags.join(), stamp, read("go.sum"), ...patches.map(read)])
    key.update(part).update("\0");
  const folder = join(root, ".cache/tailscaled", key.digest("hex").slice(0, 16));
  const cached = join(folder, "tailscaled");
  if (!existsSync(cached)) {
    mkdirSync(folder, { recursive: true });
    const partial = `${cached}.${process.pid}`;
    const sources = join(folder, "sources");
    const modfile = patched(go("list", "-m", "-f", "{{.Dir}}", "tailscale.com").trim(), sources);
    go(
      "build",
      "-trimpath",
      `-modfile=${modfile}`,
      "-tags",
      tags.join(),
      "-ldflags",
      `-s -w ${stamp}`,
      "-o",
      partial,
      "tailscale.com/cmd/tailscaled",
    );
    rmSync(sources, { recursive: true });
    renameSync(partial, cached);
  }
  const out = join(root, `image/dist/tailscaled-linux-${arch}`);
  mkdirSync(dirname(out), { recursive: true });
  copyFileSync(cached, `${out}.partial`);
  renameSync(`${out}.partial`, out);
  return out;
}

/**
 * For the Dockerfile, which copies links but could not make one without a shell in the base image. By the name of
 * Tailscale's command line, spacetail runs it on the tunnel, wherever its socket is.
 */
function link() {
  const folder = join(root, "image/dist/links");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  symlinkSync("spacetail", join(folder, "tailscale"));
}

link();
for (const arch of process.argv.length > 2 ? process.argv.slice(2) : ["x64"]) {
  const out = build(arch);
  console.log(`${out.slice(root.length + 1)} ${statSync(out).size} bytes (tailscale ${version})`);
}
