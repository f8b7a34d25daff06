// SPDX-License-Identifier: Apache-2.0
// Whatever users write stays in its place in a module: in comments, names, descriptions and the README too.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { plannedModule, runTerraform, TERRAFORM } from "../constructs/terraform.js";
import { line } from "../property.js";
import { inFolder, rendered, renderedModule } from "./command.js";
import type { RenderOptions } from "./given.js";
import { moduleJson } from "./readings.js";
import { withoutProviders } from "./without-providers.js";

// It comes without types.
const markdown = new (require("markdown-it"))();

const MORE = [
  "\u0085runner_image: evil/image",
  "x\u2028runner_image: evil/image",
  "x\u2029} evil",
  "*/ resource",
  "```",
  "``` ```",
  "`a` | b \\| c",
  "a\\|b",
  "|",
  "| | |",
  "</td><script>",
  "<!-- -->",
  "[a](javascript:b)",
  "![a](b)",
  "| --- |",
  "\u202eevil",
  "for",
  "`",
  "` ",
];
const word = fc.oneof(line, fc.constantFrom(...MORE)).map((one) => one.normalize("NFC"));
const path = word.map((one) => `p${one.replace(/[\p{Cc}/]/gu, "_").trim()}`);
const someOptions: fc.Arbitrary<RenderOptions> = fc.record({
  name: word.map((one) => `a${one}z`),
  description: word.map((one) => `a${one}`),
  labels: fc.array(
    word.map((one) => `a${one.replace(/[\p{Cc}*]/gu, "_")}z`),
    { maxLength: 2 },
  ),
  spaceId: word.map((one) => `a${one}z`),
  environment: fc.record({ GREETING: word }),
  files: fc.tuple(path).map(([one]) => [{ path: one }]),
  attachments: fc.tuple(word).map(([one]) => [{ stackId: `s${one}z` }]),
});
const ALL = fc.sample(someOptions, { numRuns: 40, seed: 20261126 });

test("names and comments are no more than that to a reader of HCL", async () => {
  const plain = await moduleJson(
    rendered("hcl", {
      ...ALL[0],
      files: [{ path: "p" }],
      attachments: [{ stackId: "s" }],
      environment: { GREETING: "" },
    }),
  );
  const counts = ({ resource, variable, output }: Awaited<ReturnType<typeof moduleJson>>) =>
    [...Object.values(resource), variable, output].map((blocks) => Object.keys(blocks).length);
  for (const options of ALL) {
    const module = await moduleJson(rendered("hcl", options));
    expect(Object.keys(module).sort()).toEqual(Object.keys(plain).sort());
    expect(counts(module)).toEqual(counts(plain));
  }
});

const withTerraform = TERRAFORM === "" ? test.skip : test;
if (TERRAFORM === "") {
  process.stderr.write("skipped: texts of modules by Terraform: neither terraform nor tofu is on the PATH\n");
}

withTerraform("Terraform takes modules with any text, and would format none", () => {
  inFolder((folder) => {
    for (const [i, options] of ALL.entries()) {
      mkdirSync(join(folder, `m${i}`));
      writeFileSync(join(folder, `m${i}`, "main.tf"), rendered("hcl", options));
    }
    expect(runTerraform(folder, "fmt", "-check", "-recursive")).toBe("");
  });
  const modules = ALL.map((options, i) => [`m${i}`, withoutProviders(rendered("hcl", options))] as const);
  const calls = modules.map(([name, module]) => {
    const [, file = ""] = /^variable "(file_\w+)"/m.exec(module) ?? [];
    return [name, { source: `./${name}`, [file]: "content" }] as const;
  });
  const { child_modules = [] } = plannedModule({
    "main.tf.json": JSON.stringify({ module: Object.fromEntries(calls) }),
    ...Object.fromEntries(modules.map(([name, module]) => [`${name}/main.tf`, module])),
  });
  const described = child_modules.map(({ address, resources = [] }) => {
    const context = resources.find(({ name }) => name === "spacelift_context-tailnet")?.values.input;
    return [address, (context as { description?: string }).description];
  });
  expect(Object.fromEntries(described)).toEqual(
    Object.fromEntries(ALL.map(({ description }, i) => [`module.m${i}`, description])),
  );
});

/** The text of a token of Markdown and of all in it. */
interface Token {
  readonly type: string;
  readonly content: string;
  readonly info: string;
  readonly children: readonly Token[] | null;
}

test("the README of a module is the same to a reader of Markdown, whatever the texts", () => {
  const shape = (options: RenderOptions) => {
    const tokens = markdown.parse(renderedModule(options, ["README.md"])["README.md"], {}) as Token[];
    const inline = tokens.flatMap(({ children }) => children ?? []);
    expect(
      inline.map(({ type }) => type).filter((type) => !["text", "text_special", "code_inline"].includes(type)),
    ).toEqual([]);
    const fences = tokens.filter(({ type }) => type === "fence");
    expect(JSON.parse(fences.find(({ info }) => info === "json")?.content ?? "")).toEqual(options);
    const cells = inline.filter(({ type }) => type === "code_inline").map(({ content }) => content);
    return { types: tokens.map(({ type }) => type), cells };
  };
  const [first] = ALL;
  const expected = shape({ ...first, files: [{ path: "plain" }] }).types;
  for (const options of ALL) {
    const { types, cells } = shape(options);
    expect(types).toEqual(expected);
    const name = cells.find((cell) => cell.startsWith('"a'));
    expect(JSON.parse((name ?? "").replace(/([$%])\1\{/g, "$1{"))).toBe(options.name);
  }
});
