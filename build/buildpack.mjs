#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Makes the Heroku buildpack, as a folder and as an archive that `heroku buildpacks:add` takes from an https URL:
//
//   OUT/heroku-buildpack       image/hosts/heroku, the script that fetches executables, and the list of these
//   OUT/heroku-buildpack.tgz   the same
//
// Usage: npm run build:buildpack -- [--out OUT] [--url URL]       default: image/dist, and the files of the release in
//                                                                 contract/release.json
//
// With --url, the executables are those of image/dist. They are written to OUT/heroku-files, whose content is to be
// served at URL.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** The architectures, as Tailscale's packages call them and as the builds do. */
const ARCHITECTURES = { amd64: "x64", arm64: "arm64" };

/** A line of executables.txt, as contract/hooks/fetch.sh reads it. */
function line(platform, name, { sha256, bytes, url }) {
  return `${platform} ${name} ${sha256} ${bytes} ${url}\n`;
}

/** The executables of a release. An exit node takes the full tailscaled. */
function released() {
  const { platforms } = JSON.parse(readFileSync(join(root, "contract/release.json"), "utf8"));
  const lines = Object.entries(platforms).flatMap(([platform, files]) =>
    [
      ["spacetail", files.spacetail],
      ["tailscaled", files["tailscaled-full"]],
    ].map(([name, { url, sha256, gzip }]) => line(platform, name, { sha256, bytes: gzip.bytes, url })),
  );
  if (lines.length === 0)
    throw new Error("contract/release.json has no release: build the executables, and pass --url");
  return lines.join("");
}

/** Those of image/dist, which are compressed into the folder `files`. */
function built(files, base) {
  mkdirSync(files, { recursive: true });
  let lines = "";
  for (const [platform, arch] of Object.entries(ARCHITECTURES)) {
    const own = [
      ["spacetail", [`spacetail-linux-${arch}`]],
      ["tailscaled", [`tailscaled-full-linux-${arch}`, `tailscaled-linux-${arch}`]],
    ].map(([name, candidates]) => [name, candidates.find((one) => existsSync(join(root, "image/dist", one)))]);
    if (own.some(([, file]) => file === undefined)) continue;
    for (const [name, file] of own) {
      const data = readFileSync(join(root, "image/dist", file));
      const gzip = gzipSync(data, { level: 9 });
      writeFileSync(join(files, `${file}.gz`), gzip);
      const sha256 = createHash("sha256").update(data).digest("hex");
      lines += line(platform, name, { sha256, bytes: gzip.length, url: `${base.replace(/\/$/, "")}/${file}.gz` });
    }
  }
  if (lines === "")
    throw new Error("image/dist has no executables: npm run build:executable, build:tailscaled -- full");
  return lines;
}

const { values } = parseArgs({
  options: { out: { type: "string", default: join(root, "image/dist") }, url: { type: "string", default: "" } },
});
const out = resolve(values.out);
const folder = join(out, "heroku-buildpack");
rmSync(folder, { recursive: true, force: true });
mkdirSync(join(folder, "lib"), { recursive: true });
cpSync(join(root, "image/hosts/heroku"), folder, { recursive: true });
copyFileSync(join(root, "contract/hooks/fetch.sh"), join(folder, "lib/fetch.sh"));
copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"));
const lines = values.url === "" ? released() : built(join(out, "heroku-files"), values.url);
writeFileSync(join(folder, "executables.txt"), lines);
const archive = `${folder}.tgz`;
// The same input gives the same archive.
const metadata = ["--owner=0", "--group=0", "--numeric-owner", "--mode=u=rwX,go=rX", "--mtime=@0", "--sort=name"];
execFileSync("tar", [...metadata, "--use-compress-program=gzip -n", "-C", folder, "-cf", archive, "."]);
console.log(`${archive} ${statSync(archive).size} bytes`);
