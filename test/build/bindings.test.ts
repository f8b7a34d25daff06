// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");
const BINDINGS = "constructs/bindings";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spacetail-bindings-"));
  for (const path of ["cdktf.json", "build/bindings.mjs", `${BINDINGS}/schema`]) {
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Generates the bindings in the scratch folder, with Node.js as the only program on the PATH. */
function generate(...args: string[]): { status: number | null; output: string } {
  const bin = join(folder, "bin");
  if (!existsSync(bin)) {
    mkdirSync(bin);
    symlinkSync(process.execPath, join(bin, "node"));
  }
  const { status, stdout, stderr } = spawnSync(join(bin, "node"), [join(folder, "build/bindings.mjs"), ...args], {
    cwd: folder,
    env: { PATH: bin, HOME: folder },
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}

/** The generated files, by path. */
function generated(output = join(folder, BINDINGS, "generated")): Record<string, string> {
  const paths = readdirSync(output, { recursive: true, encoding: "utf8" });
  const files = paths.filter((path) => statSync(join(output, path)).isFile());
  return Object.fromEntries(files.sort().map((path) => [path, readFileSync(join(output, path), "utf8")]));
}

test("the bindings are generated from the committed schemas, silently and without Terraform", () => {
  expect(generate()).toEqual({ status: 0, output: "" });
  expect(Object.keys(generated())).toEqual([
    ".stamp",
    "providers/spacelift/context-attachment/index.ts",
    "providers/spacelift/context/index.ts",
    "providers/spacelift/environment-variable/index.ts",
    "providers/spacelift/index.ts",
    "providers/spacelift/mounted-file/index.ts",
    "providers/spacelift/provider/index.ts",
    "providers/tailscale/federated-identity/index.ts",
    "providers/tailscale/index.ts",
    "providers/tailscale/oauth-client/index.ts",
    "providers/tailscale/provider/index.ts",
  ]);
});

test("for cdktn the same classes come from its own generator, which checks write-only attributes", () => {
  const schema = join(folder, BINDINGS, "schema/tailscale.json");
  const writeOnly = '"key_wo": { "optional": true, "type": "string", "write_only": true }, "key": {';
  writeFileSync(schema, readFileSync(schema, "utf8").replace('"key": {', writeOnly));
  const output = join(folder, "cdktn");
  generate();
  expect(generate("cdktn", output)).toEqual({ status: 0, output: "" });
  expect(Object.keys(generated(output))).toEqual(Object.keys(generated()));
  const client = "providers/tailscale/oauth-client/index.ts";
  expect(generated(output)[client]).toContain("import cdktn = require('cdktn')");
  expect(generated(output)[client]).toContain("markWriteOnlyAttribute");
  expect(generated()[client]).not.toContain("markWriteOnlyAttribute");
});

test("an unknown engine is refused", () => {
  const { status, output } = generate("pulumi");
  expect(status).toBe(1);
  expect(output).toContain('the engine must be cdktf or cdktn, not "pulumi"');
});

test("nothing is done while the result is up to date, and everything when it is not", () => {
  generate();
  const stamp = join(folder, BINDINGS, "generated/.stamp");
  const first = statSync(stamp).mtimeMs;
  generate();
  expect(statSync(stamp).mtimeMs).toBe(first);

  const schema = join(folder, BINDINGS, "schema/tailscale.json");
  writeFileSync(schema, readFileSync(schema, "utf8").replace('"base_url"', '"other_url"'));
  generate();
  expect(generated()["providers/tailscale/provider/index.ts"]).toContain("otherUrl");
});

test("the schemas hold no provider versions, which would pin every program that uses the constructs", () => {
  for (const file of readdirSync(join(folder, BINDINGS, "schema"))) {
    const schema = JSON.parse(readFileSync(join(folder, BINDINGS, "schema", file), "utf8"));
    expect(Object.keys(schema)).toEqual(["format_version", "provider_schemas"]);
  }
});
