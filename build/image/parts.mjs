#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Lists what others wrote in an executable, with versions and licenses, beside it in NAME.parts.json:
//
//   node build/image/parts.mjs spacetail|tailscaled|tailscaled-full x64|arm64 [--dist FOLDER]    default: image/dist
//
// It reads the places that the executable was built from, so it runs where that was done.
import { writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { dist: { type: "string", default: join(root, "image/dist") } },
});
const [name, arch] = positionals;
const executable = join(values.dist, `${name}-linux-${arch}`);
// Where one is built, what the other needs may be missing.
const parts =
  name === "spacetail"
    ? (await import("./native-parts.mjs")).nativeParts(root)
    : (await import("./go-parts.mjs")).goParts(root, executable);
parts.sort((a, b) => (a.name < b.name ? -1 : 1));
writeFileSync(`${executable}.parts.json`, `${JSON.stringify(parts, null, 2)}\n`);
console.log(`${name}: ${parts.length} parts`);
