// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const ROOT = join(__dirname, "../..");

const COMPILER = `
  import { musl } from "${pathToFileURL(join(ROOT, "build/toolchain.mjs"))}";
  process.stdout.write(JSON.stringify(musl("x64", ${JSON.stringify(join(ROOT, ".cache"))}).argv));
`;

let folder = "";
let program = "";

/** Compiles the heap and a program that uses it as the executable is compiled, since it takes the place of musl's. */
beforeAll(() => {
  // In a process of its own, because Jest does not import the build's modules.
  const found = execFileSync(process.execPath, ["--input-type=module", "-e", COMPILER], { encoding: "utf8" });
  const [compiler = "", ...args]: string[] = JSON.parse(found);
  folder = mkdtempSync(join(tmpdir(), "heap-"));
  program = join(folder, "heap");
  const flags = [...args, "-std=c11", "-D_GNU_SOURCE", "-Os"];
  const object = `${program}.o`;
  execFileSync(compiler, [...flags, "-c", join(ROOT, "image/native/heap.c"), "-o", object]);
  // Compilers would leave out what the program does in vain.
  const source = join(ROOT, "test/native/heap.c");
  execFileSync(compiler, [...flags, "-fno-builtin", "-static", "-pthread", "-o", program, source, object]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function ended(...args: string[]): { status: number | null; signal: string | null; stderr: string } {
  const { status, signal, stderr } = spawnSync(program, args, { encoding: "utf8" });
  return { status, signal, stderr };
}

const WELL = { status: 0, signal: null, stderr: "" };

test.each([
  ["four threads at once", "threads"],
  ["children of a process that allocates all the time", "forks"],
  ["sizes that nobody can have", "limits"],
])("the heap serves %s", (_name, what) => {
  expect(ended(what)).toEqual(WELL);
});

test.each([
  ["freeing a block twice", ["free-twice"]],
  ["freeing a large block twice", ["free-twice", "100000"]],
  ["freeing what is no block", ["free-foreign"]],
  ["writing into a free block", ["use-freed"]],
])("%s ends the process", (_name, args) => {
  const { status, signal } = ended(...args);
  expect(status).toBeNull();
  expect(["SIGABRT", "SIGSEGV"]).toContain(signal);
});
