// SPDX-License-Identifier: Apache-2.0
import { copyFileSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/** The two builds of the executable. */
export type Lane = "native" | "node";

export const LANES: readonly Lane[] = ["native", "node"];

/**
 * A folder with what the runner image adds to its base, under the names that it has there. Containers of runs get it
 * first on their PATH.
 *
 * @param root the repository, whose image/dist has been built
 */
export function imageFolder(root: string, lane: Lane): string {
  const folder = join(root, ".cache/world", `image-${lane}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const built = join(root, "image/dist");
  copyFileSync(join(built, lane === "native" ? "spacetail-linux-x64" : "spacetail.cjs"), join(folder, "spacetail"));
  copyFileSync(join(built, "tailscaled-linux-x64"), join(folder, "tailscaled"));
  symlinkSync("tailscaled", join(folder, "tailscale"));
  return folder;
}
