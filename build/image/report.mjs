#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// What the image adds to its base, on both architectures: bytes of each file and of the layer, and start-up times.
//
//   npm run image:report [-- --json] [-- --full]
//
// Everything is built as image/Dockerfile does it, without containers, and kept in .cache. Exits with 1 when the small
// image is larger than its limits. With --json the last line is one object; see `summary`.
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { cache, root } from "../steps.mjs";
import { layerOf } from "./layer.mjs";

/** What the small image may add: uncompressed, and compressed as registries keep it. */
export const LIMITS = { bytes: 21_500_000, gzipBytes: 8_500_000 };

const STARTS = 25;

const { values } = parseArgs({ options: { json: { type: "boolean" }, full: { type: "boolean" } } });
const dist = join(cache, "image/dist");
const names = { x64: "amd64", arm64: "arm64" };

function node(script, ...args) {
  const env = { ...process.env, MUSL_CC: "zig" };
  const result = spawnSync(process.execPath, [join(root, script), ...args], { env, stdio: ["ignore", 2, 2] });
  if (result.status !== 0) throw new Error(`${script} ${args.join(" ")} failed`);
}

/** Builds for one architecture and returns the folder that is added to a base. */
function added(arch) {
  mkdirSync(dist, { recursive: true });
  const daemon = values.full ? "tailscaled-full" : "tailscaled";
  node("build/executable.mjs", "--output", join(dist, "spacetail"), arch);
  node("build/tailscaled.mjs", ...(values.full ? ["full"] : []), arch);
  copyFileSync(join(root, `image/dist/${daemon}-linux-${arch}`), join(dist, `${daemon}-linux-${arch}`));
  for (const name of ["spacetail", daemon]) node("build/image/parts.mjs", name, arch, "--dist", dist);
  const folder = join(cache, `image/added-${arch}`);
  node("build/image/assemble.mjs", arch, folder, "--dist", dist, ...(values.full ? ["--full"] : []));
  return folder;
}

/** The median time in milliseconds until a program has printed its version and ended. */
function startTime(program, word) {
  const times = [];
  for (let i = 0; i < STARTS; i += 1) {
    const began = process.hrtime.bigint();
    execFileSync(program, [word], { stdio: "ignore" });
    times.push(Number(process.hrtime.bigint() - began) / 1e6);
  }
  return Math.round(times.sort((a, b) => a - b)[STARTS >> 1] * 100) / 100;
}

const summary = {};
const rows = [];
for (const [arch, name] of Object.entries(names)) {
  const folder = added(arch);
  const { tar, files } = layerOf(folder);
  for (const { path, size } of files) {
    if (size === 0) continue;
    rows.push([name, `/${path}`, size, gzipSync(readFileSync(join(folder, path))).length]);
  }
  summary[name] = { bytes: files.reduce((sum, { size }) => sum + size, 0), gzipBytes: gzipSync(tar).length };
  rows.push([name, "all of the layer", summary[name].bytes, summary[name].gzipBytes]);
  if (arch !== process.arch) continue;
  summary[name].startMs = startTime(join(folder, "usr/local/bin/spacetail"), "version");
  rows.push([name, "start of spacetail", `${summary[name].startMs} ms`, ""]);
  rows.push([
    name,
    "start of tailscaled",
    `${startTime(join(folder, "usr/local/bin/tailscaled"), "--version")} ms`,
    "",
  ]);
}
rmSync(join(cache, "image/added-arm64"), { recursive: true, force: true });

console.log(`| platform | what | bytes | gzip |\n| --- | --- | ---: | ---: |`);
for (const row of rows) console.log(`| ${row.map((cell) => cell.toLocaleString("en")).join(" | ")} |`);
if (!values.full) {
  for (const [name, found] of Object.entries(summary)) {
    for (const [kind, limit] of Object.entries(LIMITS)) {
      if (found[kind] <= limit) continue;
      console.error(`spacetail: ${name} adds ${found[kind]} ${kind}, and ${limit} are allowed`);
      process.exitCode = 1;
    }
  }
}
if (values.json) console.log(JSON.stringify(summary));
