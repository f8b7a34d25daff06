// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathWithout, shimFolder, writeShims } from "../../../image/spacetail/capture/shims.js";
import type { RuntimeDir } from "../../../image/spacetail/tunnel/runtime-dir.js";

let folder: string;
let dir: RuntimeDir;
let tools: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "shims-")));
  dir = { path: join(folder, "spacetail-1") } as unknown as RuntimeDir;
  tools = join(folder, "tools");
  mkdirSync(dir.path);
  mkdirSync(tools);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function tool(name: string, text: string): void {
  writeFileSync(join(tools, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(tools, name), 0o755);
}

describe("shims", () => {
  test("are there for the programs that there are, and for nobody else to change", () => {
    tool("terraform", "true");
    tool("helm", "true");
    tool("make", "true");
    expect(writeShims(dir, ["/opt/spacetail"], tools)).toBe("");
    expect(readdirSync(shimFolder(dir)).sort()).toEqual(["helm", "terraform"]);
    expect(statSync(shimFolder(dir)).mode & 0o777).toBe(0o700);
  });

  test("are not written because of those of an earlier tunnel", () => {
    tool("terraform", "true");
    writeShims(dir, ["/opt/spacetail"], tools);
    rmSync(join(tools, "terraform"));
    expect(writeShims(dir, ["/opt/spacetail"], `${shimFolder(dir)}:${tools}`)).toBe("");
    expect(readdirSync(shimFolder(dir))).toEqual([]);
  });

  test("pass on their name and arguments as they are", () => {
    tool("terraform", "true");
    tool("our own", 'printf "<%s>" "$@"');
    writeShims(dir, ["/bin/sh", join(tools, "our own")], tools);
    const output = execFileSync(join(shimFolder(dir), "terraform"), ["plan", "a b", "", "*"], { encoding: "utf8" });
    expect(output).toBe("<shim><terraform><plan><a b><><*>");
  });

  test("that cannot be written are not there at all", () => {
    rmSync(dir.path, { recursive: true });
    expect(writeShims(dir, ["/opt/spacetail"], tools)).toBe("ENOENT");
  });
});

test.each([
  ["/shims:/usr/bin", "/usr/bin"],
  ["/usr/bin:/shims:/bin:/shims", "/usr/bin:/bin"],
  ["/usr/bin::/bin", "/usr/bin::/bin"],
  ["/shims/more:/usr/bin", "/shims/more:/usr/bin"],
  ["/shims", ""],
  ["", ""],
])("pathWithout: %j without /shims is %j", (path, without) => {
  expect(pathWithout(path, "/shims")).toBe(without);
});
