// SPDX-License-Identifier: Apache-2.0
import { chmodSync, existsSync, linkSync, mkdtempSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/** The two builds of the executable. */
export type Build = "native" | "node";

export const BUILDS: readonly Build[] = ["native", "node"];

/**
 * A folder with what the runner image adds to its base, under the names that it has there. Containers of runs get it
 * first on their PATH. There is one for every build, which all processes share.
 *
 * @param root the repository, whose image/dist has been built
 */
export function imageFolder(root: string, build: Build): string {
  const built = join(root, "image/dist");
  const executable = join(built, build === "native" ? "spacetail-linux-x64" : "spacetail.cjs");
  const daemon = join(built, "tailscaled-linux-x64");
  const cache = join(root, ".cache/world");
  const key = [executable, daemon].map((path) => `${statSync(path).mtimeMs}-${statSync(path).size}`).join("-");
  const folder = join(cache, `runner-${build}-${key}`);
  if (existsSync(folder)) return folder;
  const draft = mkdtempSync(join(cache, "draft-"));
  chmodSync(draft, 0o755);
  linkSync(executable, join(draft, "spacetail"));
  linkSync(daemon, join(draft, "tailscaled"));
  symlinkSync("spacetail", join(draft, "tailscale"));
  try {
    renameSync(draft, folder);
  } catch {
    // Another process was faster.
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}
