// SPDX-License-Identifier: Apache-2.0
// The modules in a Go program: Go's linker writes them into it.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { licenseOf, noticesIn } from "./license.mjs";

/**
 * @param executable built from image/tailscale of the repository `root`
 * @returns `{ name, version, url, license, notices }` of each module, and of Go's own library
 */
export function goParts(root, executable) {
  const cwd = join(root, "image/tailscale");
  const go = (...args) => execFileSync("go", args, { cwd, encoding: "utf8", maxBuffer: 2 ** 26 });
  const lines = go("version", "-m", executable)
    .split("\n")
    .map((line) => line.trim().split("\t"));
  // `mod` is the module of this repository, and modules without a sum are its own too, in place of others.
  const modules = lines
    .filter(([kind, , , sum]) => kind === "dep" && sum !== undefined)
    .map(([, path, version]) => ({ path, version }));
  // The program may come from a cache of layers, and its modules may be gone.
  go("mod", "download", ...modules.map(({ path }) => path));
  const folders = new Map(
    go("list", "-m", "-f", "{{.Path}}\t{{.Dir}}", ...modules.map(({ path }) => path))
      .split("\n")
      .map((line) => line.split("\t")),
  );
  const parts = modules.map(({ path, version }) => {
    const notices = noticesIn(folders.get(path));
    return { name: path, version, url: `pkg:golang/${path}@${version}`, license: licenseOf(notices, path), notices };
  });
  const version = go("env", "GOVERSION").trim().replace(/^go/, "");
  const notices = [readFileSync(join(go("env", "GOROOT").trim(), "LICENSE"), "utf8").trim()];
  return [
    ...parts,
    { name: "go", version, url: `pkg:golang/std@${version}`, license: licenseOf(notices, "go"), notices },
  ];
}
