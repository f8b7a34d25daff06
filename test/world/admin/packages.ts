// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** The description of a package, as far as it is needed to install it. */
export interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly bundleDependencies?: readonly string[];
  readonly bundledDependencies?: readonly string[];
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** A package that can be installed. */
export interface Packed {
  readonly description: PackageJson;
  /** Its tarball, gzipped. */
  readonly tarball: Buffer;
}

/**
 * Packs this library, whose dist has been built, and everything else that a program needs to be installed, from what is
 * installed here.
 *
 * @param root the repository
 * @param program the program's folder
 */
export function packFor(root: string, program: string): readonly Packed[] {
  const { name: own } = descriptionIn(root);
  const { dependencies, devDependencies } = descriptionIn(program);
  const wanted = Object.keys({ ...dependencies, ...devDependencies });
  const packed = new Map<string, Packed>();
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (packed.has(name)) continue;
    const one = name === own ? packLibrary(root) : packInstalled(root, name);
    const { dependencies: needed = {}, bundleDependencies, bundledDependencies } = one.description;
    const inside = bundleDependencies ?? bundledDependencies ?? [];
    wanted.push(...Object.keys(needed).filter((dependency) => !inside.includes(dependency)));
    packed.set(name, one);
  }
  return [...packed.values()];
}

/** The library as `npm pack` makes it. */
function packLibrary(root: string): Packed {
  const folder = mkdtempSync(join(packagesFolder(root), "library-"));
  try {
    const args = ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder];
    const [file = ""] = execFileSync("npm", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
      .trim()
      .split("\n")
      .reverse();
    return { description: descriptionIn(root), tarball: readFileSync(join(folder, file)) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** An installed package, packed once and kept. */
function packInstalled(root: string, name: string): Packed {
  const folder = join(root, "node_modules", name);
  const description = descriptionIn(folder);
  const kept = join(packagesFolder(root), `${name.replace("/", "-")}-${description.version}.tgz`);
  if (!existsSync(kept)) {
    const draft = mkdtempSync(join(packagesFolder(root), "draft-"));
    const args = ["--create", "--use-compress-program=gzip -1", "--transform=s,^\\.,package,", "--directory", folder];
    execFileSync("tar", [...args, `--file=${join(draft, "package.tgz")}`, "."]);
    renameSync(join(draft, "package.tgz"), kept);
    rmSync(draft, { recursive: true });
  }
  return { description, tarball: readFileSync(kept) };
}

function packagesFolder(root: string): string {
  const folder = join(root, ".cache/world/packages");
  mkdirSync(folder, { recursive: true });
  return folder;
}

function descriptionIn(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as PackageJson;
}
