#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Lays out what is added to a base image, from the executables and the lists of their parts:
//
//   node build/image/assemble.mjs x64|arm64 FOLDER [--full] [--dist FOLDER]    default: image/dist
//
//   /usr/local/bin/spacetail, tailscaled and the link tailscale
//   /usr/local/share/doc/spacetail/licenses.txt and sbom.spdx.json
//
// All files get the time SOURCE_DATE_EPOCH, so that equal executables make an equal layer.
import {
  chmodSync,
  copyFileSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { billOfMaterials, sha256 } from "./bill-of-materials.mjs";
import { licenseTexts } from "./license-texts.mjs";

const root = resolve(fileURLToPath(import.meta.url), "../../..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { full: { type: "boolean" }, dist: { type: "string", default: join(root, "image/dist") } },
});
const [arch, folder] = positionals;
const epoch = Number(process.env.SOURCE_DATE_EPOCH || 0);
const version = /VERSION = "(.+)"/.exec(readFileSync(join(root, "contract/wire/version.ts"), "utf8"))[1];

rmSync(folder, { recursive: true, force: true });
/** Every path in the order of its creation; times are set backwards, because a new entry changes its folder's. */
const made = [];
const add = (path, make) => {
  make(join(folder, path));
  made.push(path);
};
for (const path of [
  "usr",
  "usr/local",
  "usr/local/bin",
  "usr/local/share",
  "usr/local/share/doc",
  "usr/local/share/doc/spacetail",
])
  add(path, (at) => mkdirSync(at, { recursive: true, mode: 0o755 }));

const programs = { spacetail: "spacetail", tailscaled: values.full ? "tailscaled-full" : "tailscaled" };
const files = Object.entries(programs).map(([program, built]) => {
  const from = join(values.dist, `${built}-linux-${arch}`);
  add(`usr/local/bin/${program}`, (at) => {
    copyFileSync(from, at);
    chmodSync(at, 0o755);
  });
  const parts = JSON.parse(readFileSync(`${from}.parts.json`, "utf8"));
  return { program, sha256: sha256(readFileSync(from)), parts };
});
// `tailscale` is its command line on the tunnel: spacetail finds the socket, tailscaled has the rest in it.
add("usr/local/bin/tailscale", (at) => symlinkSync("spacetail", at));

const own = ["LICENSE", "NOTICE"].map((path) => readFileSync(join(root, path), "utf8").trim());
const write = (path, text) =>
  add(`usr/local/share/doc/spacetail/${path}`, (at) => writeFileSync(at, text, { mode: 0o644 }));
write("licenses.txt", licenseTexts(own, files));
write("sbom.spdx.json", billOfMaterials({ version, arch, epoch, files }));
for (const path of [...made.reverse(), "."]) lutimesSync(join(folder, path), epoch, epoch);
