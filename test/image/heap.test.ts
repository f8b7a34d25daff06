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
/** The same on a system with pages of 64 KB. */
let elsewhere = "";

/** Compiles the heap and a program that uses it, and links them as the executable is linked. */
beforeAll(() => {
  // In a process of its own, because Jest does not import the build's modules.
  const found = execFileSync(process.execPath, ["--input-type=module", "-e", COMPILER], { encoding: "utf8" });
  const [[compiler, ...args], heap]: [[string, ...string[]], string[]] = JSON.parse(found);
  folder = mkdtempSync(join(tmpdir(), "heap-"));
  program = join(folder, "heap");
  elsewhere = join(folder, "heap-64k");
  const flags = [...args, "-std=c11", "-D_GNU_SOURCE", "-Os"];
  const object = `${program}.o`;
  execFileSync(compiler, [...flags, "-c", join(ROOT, "image/native/heap.c"), "-o", object]);
  // Compilers would leave out what the program does in vain.
  const source = join(ROOT, "test/native/heap.c");
  const link = ["-fno-builtin", "-static", "-pthread", ...heap];
  execFileSync(compiler, [...flags, ...link, "-o", program, source, object]);
  const pages = ["-DPAGE=65536", "-Wl,--wrap=getauxval", "-Wl,--wrap=madvise"];
  execFileSync(compiler, [...flags, ...link, ...pages, "-o", elsewhere, source, object]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

function ended(what: string, of = program): Ended {
  const { status, signal, stderr } = spawnSync(of, [what], { encoding: "utf8" });
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

test.each(["full", "turns"])("the heap keeps what lies in the same page, if that is larger: %s", (what) => {
  expect(ended(what, elsewhere)).toEqual(WELL);
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
