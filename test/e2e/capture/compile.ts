// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../world/world.js";

/**
 * Compiles a C file of this folder with the compiler of the executable: static, and with musl.
 *
 * @returns the path of the program, which everybody can run
 */
export function compile(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), "compiled-"));
  chmodSync(folder, 0o755);
  const output = join(folder, name);
  const script = `
    import { musl } from ${JSON.stringify(join(ROOT, "build/toolchain.mjs"))};
    process.stdout.write(JSON.stringify(musl("x64", ${JSON.stringify(join(ROOT, ".cache"))}).argv));`;
  const found = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  const [compiler = "cc", ...flags] = JSON.parse(found) as string[];
  const source = join(ROOT, "test/e2e/capture", `${name}.c`);
  const all = [...flags, "-static", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-O1", source];
  execFileSync(compiler, [...all, "-o", output], { stdio: ["ignore", "ignore", "inherit"] });
  return output;
}
