// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { FORMATS } from "../../contract/options/option.js";
import { flagName, renderedKind, renderedOptions } from "../../contract/options/option-table.js";
import { EXECUTABLE, inFolder, rendered, runExecutable, runRender, runWithOptions } from "./command.js";

const DONE = { status: 0, out: "", err: "" };

/** What is in a folder, by path. */
function contents(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true }).map(String);
  const files = paths.filter((path) => statSync(join(folder, path)).isFile());
  return Object.fromEntries(files.sort().map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

describe.each(FORMATS)("--output of %s", (format) => {
  test("writes what is printed otherwise, the same again and again", () => {
    inFolder((folder) => {
      const path = join(folder, "out");
      expect(runRender("--format", format, "--output", path)).toEqual(DONE);
      const first = contents(folder);
      if (format !== "hcl") expect(first).toEqual({ out: rendered(format, {}) });
      expect(runRender("--format", format, "--output", path)).toEqual(DONE);
      expect(contents(folder)).toEqual(first);
    });
  });

  test("takes the place of what was rendered with other options", () => {
    inFolder((folder) => {
      const path = join(folder, "out");
      expect(runRender("--format", format, "--wait-for", "first:1", "--output", path)).toEqual(DONE);
      const before = contents(folder);
      expect(runRender("--format", format, "--wait-for", "second:1", "--output", path)).toEqual(DONE);
      const after = contents(folder);
      expect(Object.keys(after)).toEqual(Object.keys(before));
      expect(JSON.stringify(before)).toContain("first:1");
      expect(JSON.stringify(after)).not.toContain("first:1");
    });
  });

  test.each([
    ["an empty one", ""],
    ["another's", "# Mine.\n"],
    [
      "one that speaks of it further down",
      `${"#\n".repeat(100)}# Made by \`spacetail render --format ${format}\`, version 0.1.0.\n`,
    ],
    ["what another format made", rendered(format === "hcl" ? "plugin" : "hcl", {})],
  ])("leaves a file alone that it did not write: %s", (_, text) => {
    inFolder((folder) => {
      const path = join(folder, "out");
      const file = format === "hcl" ? join(path, "outputs.tf") : path;
      if (format === "hcl") mkdirSync(path);
      writeFileSync(file, text);
      const { status, out, err } = runRender("--format", format, "--output", path);
      expect({ status, out }).toEqual({ status: 1, out: "" });
      expect(err).toBe(
        `spacetail render: ${file} exists and was not made by spacetail render --format ${format}: choose another --output\n`,
      );
      // Nor is anything else written: a module is whole, or not there.
      expect(contents(folder)).toEqual({ [format === "hcl" ? "out/outputs.tf" : "out"]: text });
    });
  });

  test("makes no file of options that are wrong", () => {
    inFolder((folder) => {
      const { status } = runRender("--format", format, "--boot-timeout", "soon", "--output", join(folder, "out"));
      expect(status).toBe(1);
      expect(readdirSync(folder)).toEqual([]);
    });
  });
});

test("--output makes folders for a file too", () => {
  inFolder((folder) => {
    const path = join(folder, ".spacelift/config.yml");
    expect(runRender("--format", "config-yml", "--output", path)).toEqual(DONE);
    expect(readFileSync(path, "utf8")).toBe(rendered("config-yml", {}));
  });
});

test("a module goes into a folder beside other files", () => {
  inFolder((folder) => {
    writeFileSync(join(folder, "more.tf"), "# Mine.\n");
    expect(runRender("--format", "hcl", "--output", folder)).toEqual(DONE);
    expect(contents(folder)["more.tf"]).toBe("# Mine.\n");
  });
});

test("a place that cannot be written to is named, with the reason", () => {
  inFolder((folder) => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    chmodSync(file, 0o444);
    for (const [format, path, reason] of [
      ["hcl", join(file, "tailnet"), "ENOTDIR"],
      ["plugin", join(file, "plugin.yaml"), "ENOTDIR"],
      // Node tries for ever to make folders there.
      ["plugin", "/proc/tailnet/plugin.yaml", "ENOENT"],
      ["plugin", folder, "EISDIR"],
    ]) {
      const { status, out, err } = runExecutable(["--format", format ?? "", "--output", path ?? ""]);
      expect({ status, out }).toEqual({ status: 1, out: "" });
      expect(err).toMatch(
        new RegExp(`^spacetail render: ${path}(/\\w+\\.tf)? cannot be written: ${reason}[^\\n]*\\n$`),
      );
    }
  });
});

test("a wrong command line ends with status 2, wrong options with 1, and neither prints anything else", () => {
  expect(runExecutable(["--format", "hcl"])).toMatchObject({ status: 0, err: "", out: rendered("hcl", {}) });
  expect(runExecutable([])).toMatchObject({ status: 2, out: "" });
  expect(runExecutable(["--format", "hcl", "--name", ""])).toEqual({
    status: 1,
    out: "",
    err: 'spacetail render: name must not be empty, but "" was given\n',
  });
});

test("options come from standard input for -", () => {
  const input = '{ "phases": ["perform"] }';
  expect(runExecutable(["--format", "plugin", "--options", "-"], { input })).toEqual({
    status: 0,
    out: rendered("plugin", { phases: ["perform"] }),
    err: "",
  });
});

test("a long text is printed whole into a pipe that takes its time", () => {
  const environment = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`VARIABLE_${i}`, "x".repeat(100)]));
  const whole = rendered("hcl", { environment });
  expect(whole.length).toBeGreaterThan(200_000);
  inFolder((folder) => {
    const file = join(folder, "options.json");
    writeFileSync(file, JSON.stringify({ environment }));
    const line = `"${process.execPath}" "${EXECUTABLE}" render --format hcl --options "${file}" | { sleep 0.5; cat; }`;
    expect(spawnSync("sh", ["-c", line], { encoding: "utf8" }).stdout === whole).toBe(true);
  });
});

test.each(["--help", "-h"])("%s names every format and every option, with its sentence", (flag) => {
  const { status, out, err } = runRender(flag);
  expect({ status, err }).toEqual({ status: 0, err: "" });
  for (const format of FORMATS) expect(out).toContain(`--format ${format}`);
  const words = out.replace(/\s+/g, " ");
  for (const one of renderedOptions()) {
    const kind = renderedKind(one.option);
    if (kind === "program" || kind === "object") continue;
    const name = flagName(one) === "" ? one.path : `--${kind === "boolean" ? "[no-]" : ""}${flagName(one)}`;
    const doc = one.option.rendered?.doc ?? one.option.doc;
    expect(out).toContain(`\n  ${name}`);
    expect(words).toContain(doc.replaceAll("`", ""));
    for (const { name, doc, rendered } of kind === "objects" ? (one.option.members ?? []) : []) {
      expect(out).toContain(`\n    ${name}\n`);
      expect(words).toContain((rendered?.doc ?? doc).replaceAll("`", ""));
    }
  }
});

test("every secret is asked for once, by each output in its way", () => {
  const options = { auth: { authKey: true }, secretEnvironment: ["PASSWORD"] };
  for (const format of FORMATS) {
    const { out } = runWithOptions(format, options);
    expect(
      out.match(
        /^(variable "(auth_key|secret_password)"|\s+- id: (auth_key|secret_password)$|\s+id: (auth_key|secret_password)$|# .*secret variables)/gm,
      ),
    ).toHaveLength(format === "config-yml" ? 1 : 2);
  }
});
