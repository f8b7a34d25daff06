// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const PLATFORMS = ["amd64", "arm64"];
const PROGRAMS = ["spacetail", "tailscaled"];

function sha256(data) {
  return createHash("sha256").update(data).digest("hex");
}

/**
 * Writes the files of a release to the folder `out`, and their addresses and sums to contract/release.json:
 *
 *   { "version": "1.2.3",
 *     "platforms": { "amd64": { "spacetail": FILE, "tailscaled": FILE }, "arm64": ... } }
 *
 * where FILE is `{ "url", "bytes", "sha256", "gzip": { "bytes", "sha256" } }`: what is downloaded from `url` is
 * compressed and has `gzip.bytes` and `gzip.sha256`; `bytes` and `sha256` are those of the executable in it. In the
 * repository, the version is empty and there are no platforms; only the workflow of a release writes more.
 *
 * With `url`, the files are for a server of the user's own: contract/release.json is left alone, and `fetch.json` in
 * `out` has the options with which a context fetches from there.
 *
 * @param files what `make docker-files` wrote: a folder for each platform, linux_amd64 and linux_arm64
 * @param downloads the address of a version's files
 * @param url the address of the folder that the files will be in, for a server of the user's own
 * @returns the lines of SHA256SUMS
 */
export function writeAssets({ root, files, out, downloads, url }) {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
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
    const folder = join(files, `linux_${platform}`);
    if (!existsSync(folder)) throw new Error(`${folder} is missing: run \`make docker-files\` first`);
    platforms[platform] = {};
    for (const program of PROGRAMS) {
      const data = readFileSync(join(folder, "usr/local/bin", program));
      const gzip = gzipSync(data, { level: 9 });
      const name = `${program}-linux-${platform}.gz`;
      add(name, gzip);
      platforms[platform][program] = {
        url: `${base}/${name}`,
        bytes: data.length,
        sha256: sha256(data),
        gzip: { bytes: gzip.length, sha256: sha256(gzip) },
      };
    }
    const docs = join(folder, "usr/local/share/doc/spacetail");
    add(`sbom-linux-${platform}.spdx.json`, readFileSync(join(docs, "sbom.spdx.json")));
    if (platform === "amd64") copyFileSync(join(docs, "licenses.txt"), join(out, "licenses.txt"));
  }
  writeFileSync(join(out, "SHA256SUMS"), `${sums.join("\n")}\n`);
  if (url === undefined) writeJson(join(root, "contract/release.json"), { version, platforms });
  else writeJson(join(out, "fetch.json"), { delivery: "fetch", fetchUrl: base, fetchSums: executableSums(platforms) });
  return sums;
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
