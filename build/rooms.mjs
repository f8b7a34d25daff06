// SPDX-License-Identifier: Apache-2.0
// The direction of imports between rooms: contract <- constructs | pulumi | image/spacetail; examples see only what is
// published. See CONTRIBUTING.md.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { root } from "./steps.mjs";

/** What each room may import, besides itself: folders of the repository, and packages by name or prefix with `*`. */
const ROOMS = [
  { room: "contract", folders: [], packages: [] },
  { room: "constructs", folders: ["contract"], packages: ["cdktf", "constructs"] },
  { room: "pulumi", folders: ["contract"], packages: ["@pulumi/*"] },
  { room: "image/spacetail", folders: ["contract"], packages: ["node:*"] },
  {
    room: "examples",
    folders: [],
    packages: ["spacetail", "spacetail/*", "cdktf", "cdktn", "constructs", "@pulumi/*"],
  },
  {
    room: "bench",
    folders: ["test/world"],
    packages: ["node:*", "spacetail", "spacetail/*", "cdktf", "constructs", "@pulumi/*"],
  },
];

function sources(folder) {
  try {
    return readdirSync(join(root, folder), { recursive: true })
      .filter((name) => name.endsWith(".ts") && !name.includes("generated") && !name.includes("node_modules"))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function isAllowed(name, patterns) {
  return patterns.some((pattern) => (pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
}

/** One line for every import that goes the wrong way. */
export function wrongImports() {
  const wrong = [];
  for (const { room, folders, packages } of ROOMS) {
    for (const file of sources(room)) {
      const text = readFileSync(join(root, file), "utf8");
      for (const [, name] of text.matchAll(/(?:from|import)\s+"([^"]+)"/g)) {
        if (!name.startsWith(".")) {
          if (!isAllowed(name, packages)) wrong.push(`${file} imports ${name}`);
          continue;
        }
        const target = relative(root, resolve(root, dirname(file), name));
        if (![room, ...folders].some((folder) => target.startsWith(`${folder}/`)))
          wrong.push(`${file} imports ${target}`);
      }
    }
  }
  return wrong;
}
