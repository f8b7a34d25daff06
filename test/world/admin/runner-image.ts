// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";

/** Where the mirror of the providers is in a container with that image. */
export const PROVIDERS = "/mnt/image/providers";

/**
 * A folder with what the runner image of an admin stack adds to its base: npm, and by the name of Terraform the deploy
 * loader, unless there are the providers for Terraform itself. There is one for every build of all that.
 *
 * @param root the repository
 * @param providers a filesystem mirror of the providers, which gets to {@link PROVIDERS}
 */
export function adminImage(root: string, providers?: string): string {
  const cache = join(root, ".cache/world");
  mkdirSync(cache, { recursive: true });
  const npm = npmFolder();
  const schema = join(root, "constructs/bindings/schema");
  const loader = bundledLoader(root);
  const key = createHash("sha256")
    .update(loader)
    .update(readFileSync(join(npm, "package.json")));
  for (const provider of ["spacelift", "tailscale"]) key.update(readFileSync(join(schema, `${provider}.json`)));
  for (const path of providers === undefined ? [] : filesBelow(providers)) {
    key.update(`${path} ${statSync(path).size} ${statSync(path).mtimeMs}`);
  }
  const folder = join(cache, `image-admin-${key.digest("hex").slice(0, 16)}`);
  if (existsSync(folder)) return folder;

  const draft = mkdtempSync(join(cache, "draft-"));
  chmodSync(draft, 0o755);
  mkdirSync(join(draft, "loader"));
  writeFileSync(join(draft, "loader/loader.cjs"), loader);
  cpSync(schema, join(draft, "loader/schema"), { recursive: true });
  cpSync(npm, join(draft, "npm-package"), { recursive: true });
  if (providers === undefined) writeScript(join(draft, "terraform"), 'exec node /mnt/image/loader/loader.cjs "$@"');
  else cpSync(providers, join(draft, "providers"), { recursive: true });
  writeScript(join(draft, "npm"), 'exec node /mnt/image/npm-package/bin/npm-cli.js "$@"');
  try {
    renameSync(draft, folder);
  } catch {
    // Another process was faster.
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}

function bundledLoader(root: string): Uint8Array {
  const { outputFiles } = buildSync({
    entryPoints: [join(root, "test/world/deploy/cli/main.ts")],
    bundle: true,
    platform: "node",
    target: "node20",
    logLevel: "warning",
    write: false,
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error("the deploy loader could not be bundled");
  return bundle.contents;
}

function filesBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function writeScript(path: string, line: string): void {
  writeFileSync(path, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
}

/** The folder of the npm on PATH, two above its program. */
function npmFolder(): string {
  const program = execFileSync("sh", ["-c", "command -v npm"], { encoding: "utf8" }).trim();
  return dirname(dirname(realpathSync(program)));
}
