// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** The repository. */
export const ROOT = join(__dirname, "../..");

/** The package as it would be published. */
export interface Tarball {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** Paths inside the package. */
  readonly files: readonly string[];
}

/** Packs the built library into `folder`. It is not built here, because other tests read it at the same time. */
export function pack(folder: string): Tarball {
  if (!existsSync(join(ROOT, "dist/cdktn/index.js"))) throw new Error("the library is not built: npm run build");
  const words = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const output = execFileSync("npm", words, { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const [{ filename, size, files }] = JSON.parse(output);
  return { path: join(folder, filename), size, files: files.map((file: { path: string }) => file.path) };
}
