// SPDX-License-Identifier: Apache-2.0
// What a rebuild would get that the last release has not.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The base of the published image, as image/Dockerfile has it. */
export function baseImage(root) {
  return /^ARG BASE_IMAGE=(\S+)$/m.exec(readFileSync(join(root, "image/Dockerfile"), "utf8"))[1];
}

function inspect(image, format) {
  const words = ["buildx", "imagetools", "inspect", image, "--format", format];
  return execFileSync("docker", words, { encoding: "utf8" }).trim();
}

/** The digest that a name in a registry has now. */
export function digestOf(image) {
  return inspect(image, "{{.Manifest.Digest}}");
}

/** The newest release in a list of Go versions. Tailscale's releases have even minor versions. */
export function newestRelease(versions) {
  const releases = versions.map((one) => /^v(\d+)\.(\d+)\.(\d+)$/.exec(one)).filter((one) => one && one[2] % 2 === 0);
  return releases.sort((a, b) => a[1] - b[1] || a[2] - b[2] || a[3] - b[3]).at(-1)?.[0];
}

/**
 * `base`: whether the published image was built on another base than there is now. `tailscale`: the newest Tailscale if
 * it is newer than the pinned one, else an empty text.
 */
export function moved(root, image) {
  const label = '{{index (index .Image "linux/amd64").Config.Labels "org.opencontainers.image.base.digest"}}';
  const cwd = join(root, "image/tailscale");
  const list = execFileSync("go", ["list", "-m", "-versions", "tailscale.com"], { cwd, encoding: "utf8" });
  const pinned = /tailscale\.com (v\S+)/.exec(readFileSync(join(cwd, "go.mod"), "utf8"))[1];
  const newest = newestRelease([pinned, ...list.trim().split(" ").slice(1)]);
  return {
    base: digestOf(baseImage(root)) !== inspect(`${image}:latest`, label),
    tailscale: newest === pinned ? "" : newest,
  };
}
