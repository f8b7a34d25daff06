// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * A folder as a layer of an image: its tar archive, which depends on nothing but the folder's contents and times, and
 * its regular files.
 */
export function layerOf(folder) {
  const same = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--format=ustar"];
  const tar = execFileSync("tar", ["--create", ...same, "--directory", folder, "."], { maxBuffer: 2 ** 30 });
  const paths = readdirSync(folder, { recursive: true }).sort();
  const files = paths
    .map((path) => ({ path, stat: lstatSync(join(folder, path)) }))
    .filter(({ stat }) => stat.isFile())
    .map(({ path, stat }) => ({ path, size: stat.size }));
  return { tar, files };
}
