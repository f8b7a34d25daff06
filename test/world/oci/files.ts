// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";

/** The paths of all files and links below a folder, and not those of folders. */
export function pathsIn(root: string): readonly string[] {
  return [...walk(root, "")].sort();
}

/** Node's own way through a folder follows links out of it, to /proc/self/fd for one. */
function* walk(root: string, folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(root, path);
    else yield path;
  }
}

const MACHINES: Readonly<Record<number, string>> = { 62: "x64", 183: "arm64" };

/** The architecture of an ELF executable, and whether it needs no interpreter, which shared libraries would require. */
export function executableKind(path: string): { readonly arch: string; readonly isStatic: boolean } {
  const head = Buffer.alloc(4096);
  const file = openSync(path, "r");
  readSync(file, head, 0, head.length, 0);
  closeSync(file);
  if (head.readUInt32BE(0) !== 0x7f454c46) throw new Error(`${path} is not an ELF file`);
  const [start, size, count] = [Number(head.readBigUInt64LE(32)), head.readUInt16LE(54), head.readUInt16LE(56)];
  const types = Array.from({ length: count }, (_, i) => head.readUInt32LE(start + i * size));
  return { arch: MACHINES[head.readUInt16LE(18)] ?? "another", isStatic: !types.includes(3) };
}
