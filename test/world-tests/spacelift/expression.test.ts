// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's templates, not JavaScript's.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evaluate, UNKNOWN, type Value } from "../../world/deploy/template.js";

const VARIABLES: Readonly<Record<string, Value>> = {
  text: "a b",
  labels: ["z", "a", "z"],
  none: null,
  quote: 'say "hi"',
  three: 3,
};

const value = (text: string, unknown: readonly string[] = []): Value =>
  evaluate(text, ({ attribute }) => (unknown.includes(attribute) ? UNKNOWN : (VARIABLES[attribute] ?? null)));

/** Expressions, and what Terraform makes of them. */
const EXPRESSIONS: readonly (readonly [string, Value])[] = [
  ['${concat(["autoattach:${var.text}"], var.labels)}', ["autoattach:a b", "z", "a", "z"]],
  ['x ${join(",", sort(var.labels))} y', "x a,z,z y"],
  ['${join("-", ["a", "b"], ["c"])}', "a-b-c"],
  ["${sort(tolist(toset(var.labels)))}", ["a", "z"]],
  ['${distinct(compact(["a", "", "a"]))}', ["a"]],
  ["${base64encode(var.quote)}", "c2F5ICJoaSI="],
  ['${base64encode("é\\n\\u00e9\\t$${x}")}', "w6kKw6kJJHt4fQ=="],
  [
    '${jsonencode({ b = ["<x>"], "a-1" = { n = null }, t = true })}',
    '{"a-1":{"n":null},"b":["\\u003cx\\u003e"],"t":true}',
  ],
  ["${jsonencode({\n  b = [1]\n  a = 2\n})}", '{"a":2,"b":[1]}'],
  ['${trimspace(" x ") != "" && length(var.labels) >= 3}', true],
  ['${length("héy") == var.three || false}', true],
  ["${!(var.three < 2)}", true],
  ['${var.none == null ? "none" : var.none}', "none"],
  ["${var.three > 2 ? 1 : 2}", 1],
  ['${trim(replace(lower("Tailnet (prod) é"), "/[^a-z0-9]+/", "-"), "-")}', "tailnet-prod"],
  ['${replace("a.b.c", ".", "-")}', "a-b-c"],
  ['${coalesce(null, "", "x")}', "x"],
  ['${var.none == null ? true : trimspace(var.none) != ""}', true],
  ['${startswith(var.text, "a") && endswith(var.text, "b") && contains(var.labels, "a")}', true],
  ['${split(",", "a,b")}', ["a", "b"]],
  ['${alltrue([for one in var.labels : can(regex("^[a-z]$", one))])}', true],
  ['${anytrue([for one in var.labels : one == "b"])}', false],
  ['${can(regex("^[0-9]+$", var.text))}', false],
  ['${"$"}{x}', "${x}"],
  ["${tostring(1.5)}", "1.5"],
  ["${-1}", -1],
  ["${[1, 2,]}", [1, 2]],
  ["${(true)}", true],
];

test.each(EXPRESSIONS)("%j is %j", (written, expected) => {
  expect(value(written)).toEqual(expected);
});

test("what an unknown goes into is unknown, and no more than that", () => {
  expect(value('${concat(["x"], var.labels)}', ["labels"])).toBe(UNKNOWN);
  expect(value('${var.text == "x" && true}', ["text"])).toBe(UNKNOWN);
  expect(value("${can(regex(var.text, var.quote))}", ["text"])).toBe(UNKNOWN);
  expect(value('${var.none == null ? "x" : var.text}', ["text"])).toBe("x");
  expect(value("${[var.text, 1]}", ["text"])).toEqual([UNKNOWN, 1]);
});

test("keys are evaluated as values are", () => {
  expect(evaluate({ "a${var.three}": "${var.three}" }, () => 3)).toEqual({ a3: 3 });
  expect(() => evaluate({ "${var.none}": 1 }, () => null)).toThrow("the key ${var.none} is not known, or no string");
});

test.each([
  ["${length(var.three)}", "length: an argument has a type that the function does not take"],
  ['${regex("x", var.text)}', "regex: the pattern of regex was not found"],
  ['${var.text < "b"}', "only numbers can be compared"],
  ["${var.text ? 1 : 2}", "a condition must be true or false"],
  ['${var.three > 2 ? 1 : "x"}', "branches of different types are not known here"],
  ["x${var.labels}", "var.labels is a collection and cannot stand inside a string"],
  ["x${[1]}", "what is interpolated is a collection and cannot stand inside a string"],
])("%j fails", (written, message) => {
  expect(() => value(written)).toThrow(message);
});

test.each([
  ["${file(var.text)}", "cannot evaluate ${file(var.text)}: the function file is not known here; known are alltrue,"],
  ["${var.three + 1}", 'cannot evaluate ${var.three + 1}: what begins with "+ 1}" is not known here; write $${'],
  ["${var.labels[0]}", "the reference var.labels is not known here"],
  ["${{ for k in var.labels : k => 1 }}", "is not known here"],
  ['${"%{ if true }x%{ endif }"}', "template directives are not known here"],
  ['${"\\x41"}', "the escape sequence \\x is not known here"],
  ["${concat(var.labels...)}", "is not known here"],
  ["${one}", "the reference one is not known here"],
])("%j is refused, not passed through", (written, message) => {
  expect(() => value(written)).toThrow(message);
});

const terraform = spawnSync("terraform", ["version"]).status === 0;
if (!terraform) console.log("skipped: no terraform on PATH to compare the evaluation with");
(terraform ? test : test.skip)("Terraform itself evaluates the same expressions the same way", () => {
  const folder = mkdtempSync(join(tmpdir(), "spacetail-expression-"));
  try {
    const output = Object.fromEntries(EXPRESSIONS.map(([written], index) => [`o${index}`, { value: written }]));
    const variable = Object.fromEntries(Object.entries(VARIABLES).map(([name, one]) => [name, { default: one }]));
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ output, variable }));
    const run = (...words: string[]) => spawnSync("terraform", words, { cwd: folder, encoding: "utf8" });
    run("init", "-input=false");
    const applied = run("apply", "-auto-approve", "-input=false");
    expect(applied.status === 0 ? "" : applied.stderr).toBe("");
    const outputs = JSON.parse(run("output", "-json").stdout) as Record<string, { value: Value }>;

    expect(EXPRESSIONS.map((_, index) => outputs[`o${index}`]?.value)).toEqual(EXPRESSIONS.map(([, one]) => one));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
