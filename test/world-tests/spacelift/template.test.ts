// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's templates, not JavaScript's.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseTemplate } from "../../world/deploy/index.js";

/** What Terraform makes of strings of its JSON syntax that hold no interpolation. */
const LITERALS: readonly (readonly [string, string])[] = [
  ["", ""],
  ["plain", "plain"],
  ["$${a}", "${a}"],
  ["$$${a}", "$${a}"],
  ["$$$${a}", "$$${a}"],
  ["%%{a}", "%{a}"],
  ["%%%{a}", "%%{a}"],
  ["%$${a}", "%${a}"],
  ["$%%{a}", "$%{a}"],
  ["$", "$"],
  ["$$", "$$"],
  ["100%", "100%"],
  ["%%", "%%"],
  ["$a $$a", "$a $$a"],
  ["$$ {", "$$ {"],
  ["{}", "{}"],
  ["\\n \\$${'", "\\n \\${'"],
  ["$${~a~}", "${~a~}"],
  ["$${a}$${b}%%{c}", "${a}${b}%{c}"],
  ["one\n$${two}\n", "one\n${two}\n"],
  ["$${", "${"],
  ["export A=$${HOME:-x} %%{b} $HOME $$", "export A=${HOME:-x} %{b} $HOME $$"],
];

describe("reading Terraform's strings", () => {
  test.each(LITERALS)("%j is the text %j", (written, text) => {
    expect(parseTemplate(written)).toEqual([text]);
  });

  test("a string that is one reference", () => {
    expect(parseTemplate("${spacelift_context.tailnet.id}")).toEqual([
      { kind: "reference", reference: { of: "spacelift_context.tailnet", attribute: "id" } },
    ]);
    expect(parseTemplate("${ var.secret }")).toEqual([
      { kind: "reference", reference: { of: "var", attribute: "secret" } },
    ]);
    expect(parseTemplate("${module.m.out}")).toEqual([
      { kind: "reference", reference: { of: "module.m", attribute: "out" } },
    ]);
  });

  test("references inside a text", () => {
    expect(parseTemplate("a $${b} ${x_y.z-1.id}%${var.v}$")).toEqual([
      "a ${b} ",
      { kind: "reference", reference: { of: "x_y.z-1", attribute: "id" } },
      "%",
      { kind: "reference", reference: { of: "var", attribute: "v" } },
      "$",
    ]);
  });

  test.each([
    "${upper(var.a)}",
    "${a.b.c[0]}",
    "${a.b.c.d}",
    "${var.a.b}",
    "${a.b}",
    "${}",
    "${HOME:-x}",
    "${data.spacelift_role.admin}",
    "${local.x.y}",
    "${module.m}",
    "${var.a + 1}",
    "${var.a[0]}",
    "${var.a.*.b}",
    "${[for k, v in var.a : v]}",
    "${<<EOT}",
    "${each.value.x}",
    "${~ var.a ~}",
    "${var.a",
    "%{ if true }x%{ endif }",
    "$%{x}",
  ])("%j is an error, not text", (written) => {
    expect(() => parseTemplate(written)).toThrow(/known here|not closed/);
  });

  const terraform = spawnSync("terraform", ["version"]).status === 0;
  if (!terraform) console.log("skipped: no terraform on PATH to compare the reading of strings with");
  (terraform ? test : test.skip)("Terraform itself reads the same strings the same way", () => {
    const folder = mkdtempSync(join(tmpdir(), "spacetail-template-"));
    try {
      const output = Object.fromEntries(LITERALS.map(([written], index) => [`o${index}`, { value: written }]));
      writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ output }));
      const run = (...words: string[]) => spawnSync("terraform", words, { cwd: folder, encoding: "utf8" });
      run("init", "-input=false");
      const applied = run("apply", "-auto-approve", "-input=false");
      expect(applied.status === 0 ? "" : applied.stderr).toBe("");
      const outputs = JSON.parse(run("output", "-json").stdout) as Record<string, { value: string }>;

      expect(LITERALS.map((_, index) => outputs[`o${index}`]?.value)).toEqual(LITERALS.map(([, text]) => text));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
