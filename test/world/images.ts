// SPDX-License-Identifier: Apache-2.0
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/** The two builds of the executable. */
export type Lane = "native" | "node";

export const LANES: readonly Lane[] = ["native", "node"];

const made = new Map<Lane, string>();

/**
 * A folder with what the runner image adds to its base, under the names that it has there. Containers of runs get it
 * first on their PATH. It belongs to this process and goes with it.
 *
 * @param root the repository, whose image/dist has been built
 */
export function imageFolder(root: string, lane: Lane): string {
  const known = made.get(lane);
  if (known !== undefined) return known;
  const cache = join(root, ".cache/world");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, `image-${lane}-`));
  chmodSync(folder, 0o755);
  const built = join(root, "image/dist");
  linkSync(join(built, lane === "native" ? "spacetail-linux-x64" : "spacetail.cjs"), join(folder, "spacetail"));
  linkSync(join(built, "tailscaled-linux-x64"), join(folder, "tailscaled"));
  symlinkSync("tailscaled", join(folder, "tailscale"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  made.set(lane, folder);
  return folder;
}
