// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const PLATFORMS = ["amd64", "arm64"];
/** What a run needs. */
const PROGRAMS = ["spacetail", "tailscaled"];
/** What hosts that offer routes or have a network interface take instead of tailscaled. */
const FULL = "tailscaled-full";
/** The Heroku buildpack with the addresses and sums of the release. */
const BUILDPACK = "heroku-buildpack.tgz";

function sha256(data) {
  return createHash("sha256").update(data).digest("hex");
}

/**
 * Writes the files of a release to the folder `out`, and their addresses and sums to contract/release.json:
 *
 *   { "version": "1.2.3",
 *     "platforms": { "amd64": { "spacetail": FILE, "tailscaled": FILE, "tailscaled-full": FILE }, "arm64": ... } }
 *
 * where FILE is `{ "url", "bytes", "sha256", "gzip": { "bytes", "sha256" } }`: what is downloaded from `url` is
 * compressed and has `gzip.bytes` and `gzip.sha256`; `bytes` and `sha256` are those of the executable in it. In the
 * repository, the version is empty and there are no platforms; only the workflow of a release writes more.
 *
 * With `url`, the files are for a server of the user's own: contract/release.json is left alone, and `fetch.json` in
 * `out` has the options with which a context fetches from there. The full tailscaled is left out if it was not built.
 *
 * @param files what `make docker-files` wrote: a folder for each platform, linux_amd64 and linux_arm64. What
 * `make docker-files-full` wrote is in the same folder with `-full` after its name.
 * @param downloads the address of a version's files
 * @param url the address of the folder that the files will be in, for a server of the user's own
 * @returns the lines of SHA256SUMS
 */
export function writeAssets({ root, files, out, downloads, url }) {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const full = `${files.replace(/\/$/, "")}-full`;
  requireFolders(files, "make docker-files");
  if (url === undefined) requireFolders(full, "make docker-files-full");
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const base = url === undefined ? downloads(version) : url.replace(/\/$/, "");
  const sums = [];
  const add = (name, data) => {
    writeFileSync(join(out, name), data);
    sums.push(`${sha256(data)}  ${name}`);
  };
  const platforms = {};
  for (const platform of PLATFORMS) {
    const added = (folder, path) => readFileSync(join(folder, `linux_${platform}/usr/local`, path));
    const executable = (name, folder, program) => {
      const data = added(folder, `bin/${program}`);
      const gzip = gzipSync(data, { level: 9 });
      const file = `${name}-linux-${platform}.gz`;
      add(file, gzip);
      platforms[platform][name] = {
        url: `${base}/${file}`,
        bytes: data.length,
        sha256: sha256(data),
        gzip: { bytes: gzip.length, sha256: sha256(gzip) },
      };
    };
    platforms[platform] = {};
    for (const program of PROGRAMS) executable(program, files, program);
    add(`sbom-linux-${platform}.spdx.json`, added(files, "share/doc/spacetail/sbom.spdx.json"));
    if (!existsSync(full)) continue;
    executable(FULL, full, "tailscaled");
    add(`sbom-full-linux-${platform}.spdx.json`, added(full, "share/doc/spacetail/sbom.spdx.json"));
  }
  const licenses = (folder) => join(folder, "linux_amd64/usr/local/share/doc/spacetail/licenses.txt");
  copyFileSync(licenses(files), join(out, "licenses.txt"));
  if (existsSync(full)) copyFileSync(licenses(full), join(out, "licenses-full.txt"));
  if (url === undefined) {
    writeJson(join(root, "contract/release.json"), { version, platforms });
    add(BUILDPACK, buildpack(root));
  } else {
    writeJson(join(out, "fetch.json"), { delivery: "fetch", fetchUrl: base, fetchSums: executableSums(platforms) });
  }
  writeFileSync(join(out, "SHA256SUMS"), `${sums.join("\n")}\n`);
  return sums;
}

function requireFolders(files, command) {
  for (const platform of PLATFORMS) {
    const folder = join(files, `linux_${platform}`);
    if (!existsSync(folder)) throw new Error(`${folder} is missing: run \`${command}\` first`);
  }
}

/** The Heroku buildpack for the release in contract/release.json. */
function buildpack(root) {
  const scratch = mkdtempSync(join(tmpdir(), "buildpack-"));
  try {
    execFileSync(process.execPath, [join(root, "build/buildpack.mjs"), "--out", scratch]);
    return readFileSync(join(scratch, BUILDPACK));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function executableSums(platforms) {
  return Object.fromEntries(
    PLATFORMS.flatMap((platform) =>
      PROGRAMS.map((program) => [`${program}-linux-${platform}`, platforms[platform][program].sha256]),
    ),
  );
}

function writeJson(path, data) {
  writeFileSync(path, `${JSON.stringify(data, null, 2)}\n`);
}
