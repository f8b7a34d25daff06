// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The Go modules that pin Tailscale. */
const MODULES = ["image/tailscale", "test/world/tailnet"];

/**
 * Changes the pinned Tailscale everywhere to `version`, such as v1.104.0.
 *
 * @returns the version before
 */
export function updateTailscale(root, version) {
  if (!/^v\d+\.\d+\.\d+$/.test(version)) throw new Error(`"${version}" is not a version such as v1.104.0`);
  const before = /tailscale\.com (v\S+)/.exec(readFileSync(join(root, MODULES[0], "go.mod"), "utf8"))[1];
  for (const module of MODULES) {
    const go = (...words) => execFileSync("go", words, { cwd: join(root, module), stdio: ["ignore", 2, 2] });
    go("get", `tailscale.com@${version}`);
    go("mod", "tidy");
  }
  const readme = join(root, "README.md");
  const text = readFileSync(readme, "utf8").replaceAll(`Tailscale ${before.slice(1)}`, `Tailscale ${version.slice(1)}`);
  writeFileSync(readme, text);
  return before;
}
