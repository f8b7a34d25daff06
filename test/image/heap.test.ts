// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const ROOT = join(__dirname, "../..");

const COMPILER = `
  import { HEAP, musl } from "${pathToFileURL(join(ROOT, "build/toolchain.mjs"))}";
  process.stdout.write(JSON.stringify([musl("x64", ${JSON.stringify(join(ROOT, ".cache"))}).argv, HEAP]));
`;

let folder = "";
let program = "";

/** Compiles the heap and a program that uses it, and links them as the executable is linked. */
beforeAll(() => {
  // In a process of its own, because Jest does not import the build's modules.
  const found = execFileSync(process.execPath, ["--input-type=module", "-e", COMPILER], { encoding: "utf8" });
  const [[compiler = "", ...args], heap]: string[][] = JSON.parse(found);
  folder = mkdtempSync(join(tmpdir(), "heap-"));
  program = join(folder, "heap");
  const flags = [...args, "-std=c11", "-D_GNU_SOURCE", "-Os"];
  const object = `${program}.o`;
  execFileSync(compiler, [...flags, "-c", join(ROOT, "image/native/heap.c"), "-o", object]);
  // Compilers would leave out what the program does in vain.
  const source = join(ROOT, "test/native/heap.c");
  const link = ["-fno-builtin", "-static", "-pthread", ...heap];
  execFileSync(compiler, [...flags, ...link, "-o", program, source, object]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function ended(...args: string[]): { status: number | null; signal: string | null; stderr: string } {
  const { status, signal, stderr } = spawnSync(program, args, { encoding: "utf8" });
  return { status, signal, stderr };
}

const WELL = { status: 0, signal: null, stderr: "" };

test.each([
  ["serves four threads at once", "threads"],
  ["refuses sizes that nobody can have", "limits"],
  ["keeps errno when it frees", "errno"],
  ["serves more than its arena has, and uses the arena again", "full"],
  ["gives the places of one size to another", "turns"],
  ["gives back to the system what only a burst needed", "give-back"],
])("the heap %s", (_name, what) => {
  expect(ended(what)).toEqual(WELL);
});

test.each([
  ["freeing a block twice", "free-twice"],
  ["freeing a block twice after others", "free-later"],
  ["freeing an address inside a block", "free-inside"],
  ["freeing a block that nobody has had", "free-fresh"],
  ["using a block that was written after it was freed", "use-freed"],
])("%s ends the process", (_name, what) => {
  expect(ended(what)).toEqual({ status: null, signal: "SIGABRT", stderr: "" });
});
