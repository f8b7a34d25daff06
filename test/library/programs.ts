// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { buildSync } from "esbuild";

export const ROOT = join(__dirname, "../..");

/** How a program is bundled. */
export interface Bundling {
  /** The engine that the constructs are for: the build for CDK Terrain replaces the package's name in them. */
  readonly engine?: "cdktf" | "cdktn";
  readonly minify?: boolean;
  /** Where the rooms are. */
  readonly sources?: string;
}

/**
 * Bundles a program with the sources of the library, as users bundle theirs with the package. Packages stay outside.
 *
 * @param name a file name for the result
 * @param source TypeScript that imports `spacetail` or `spacetail/pulumi`
 * @returns the path of the result
 */
export function bundle(name: string, source: string, options: Bundling = {}): string {
  const { engine = "cdktf", minify = false, sources = ROOT } = options;
  const outfile = join(ROOT, ".cache/bin", `${name}.cjs`);
  buildSync({
    stdin: { contents: source, resolveDir: ROOT, loader: "ts" },
    bundle: true,
    minify,
    platform: "node",
    target: "node20",
    alias: {
      "spacetail/pulumi": join(sources, "pulumi/index.ts"),
      spacetail: join(sources, "constructs/index.ts"),
      ...(engine === "cdktn" ? { cdktf: "cdktn" } : {}),
    },
    external: ["cdktf", "cdktn", "constructs", "@pulumi/*"],
    // What is in a copy of the sources finds its packages here.
    nodePaths: [join(ROOT, "node_modules")],
    outfile,
    logLevel: "error",
  });
  return outfile;
}

/** Runs a bundled program on a Node.js of its own. @returns what it prints */
export function run(program: string, ...words: readonly string[]): string {
  return execFileSync(process.execPath, [program, ...words], { encoding: "utf8" });
}
