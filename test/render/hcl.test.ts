// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { block, quoted } from "../../render/outputs/hcl.js";
import { misfits } from "../constructs/misfits.js";
import { inputsOf, type PlannedModule, plannedModule, runTerraform, TERRAFORM } from "../constructs/terraform.js";
import { holds, text } from "../property.js";
import { inFolder, renderedSet } from "./command.js";
import { INPUTS } from "./inputs.js";
import { setsOf } from "./option-sets.js";
import { moduleJson, readResources, textOf } from "./readings.js";
import { withoutProviders } from "./without-providers.js";

const withTerraform = TERRAFORM === "" ? describe.skip : describe;
if (TERRAFORM === "") {
  process.stderr.write("skipped: Terraform modules by Terraform: neither terraform nor tofu is on the PATH\n");
}

const SETS = setsOf("hcl");

/** HCL takes every text in Unicode's normal form C, so that is all that can be asked of it. */
const normalized = text.map((one) => one.normalize("NFC"));
const many = fc.array(normalized, { minLength: 60, maxLength: 80 });

/** What is planned of the modules of all sets, by the name of the set. */
function plannedSets(): Record<string, PlannedModule> {
  const modules = SETS.map((set) => [set, withoutProviders(renderedSet(set, "hcl"))] as const);
  const calls = modules.map(([set, module]) => {
    const needed = Object.entries(INPUTS).filter(([name]) => module.includes(`variable "${name}"`));
    return [set, { source: `./${set}`, ...Object.fromEntries(needed) }] as const;
  });
  const root = plannedModule({
    "main.tf.json": JSON.stringify({ module: Object.fromEntries(calls) }),
    ...Object.fromEntries(modules.map(([set, module]) => [`${set}/main.tf`, module])),
  });
  return Object.fromEntries(
    (root.child_modules ?? []).map((module) => [module.address?.replace("module.", ""), module]),
  );
}

withTerraform("Terraform", () => {
  test("would format every module as it is", () => {
    inFolder((folder) => {
      for (const set of SETS) writeFileSync(join(folder, `${set}.tf`), renderedSet(set, "hcl"));
      expect(runTerraform(folder, "fmt", "-check", "-diff")).toBe("");
    });
  });

  test("plans the resources that are written", async () => {
    const planned = plannedSets();
    expect(Object.keys(planned).sort()).toEqual([...SETS].sort());
    for (const set of SETS) {
      const resources = await readResources(renderedSet(set, "hcl"), INPUTS);
      const expected = Object.entries(resources).flatMap(([type, byName]) =>
        Object.entries(byName).map(([name, attributes]) => [`${type}-${name}`, attributes] as const),
      );
      expect({ set, ...withoutNulls(inputsOf(planned[set] ?? {})) }).toEqual({
        set,
        ...withoutNulls(Object.fromEntries(expected)),
      });
    }
  });

  test("takes any text as it is: as an attribute, in a list and as a key", () => {
    holds(
      many,
      (texts) => {
        const resources = texts.map((one, i) =>
          block("resource", ["terraform_data", `t${i}`], { input: inputOf(one) }),
        );
        const module = resources.join("\n");
        const planned = inputsOf(plannedModule({ "main.tf": module }));
        expect(texts.map((_, i) => planned[`t${i}`])).toEqual(texts.map(inputOf));
        inFolder((folder) => {
          writeFileSync(join(folder, "main.tf"), module);
          expect(runTerraform(folder, "fmt", "-check", "-diff")).toBe("");
        });
      },
      3,
    );
  });
});

function inputOf(one: string) {
  return { text: one, list: [one, `${one}.`], [`key ${one}`]: [{ [`_${one}`]: one }] };
}

function withoutNulls(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(members, (_, value) => value ?? undefined));
}

test.each(SETS)(
  "every attribute of %s is one that the provider's schema has, of its type, and none is missing",
  async (set) => {
    const resource = await readResources(renderedSet(set, "hcl"), INPUTS);
    expect(misfits(JSON.parse(JSON.stringify({ resource }, (_, value) => value ?? undefined)))).toEqual([]);
  },
);

test.each(SETS)("%s asks for the providers that it uses, in versions that have what it uses", async (set) => {
  const { terraform, resource } = await moduleJson(renderedSet(set, "hcl"));
  const [{ required_providers = [{}], required_version } = {}] = terraform as readonly Requirements[];
  const used = new Set(Object.keys(resource).map((type) => type.split("_")[0] ?? ""));
  expect(Object.keys(required_providers[0] ?? {}).sort()).toEqual([...used].sort());
  const isWriteOnly = JSON.stringify(resource).includes("_wo_version");
  expect(required_version).toBe(isWriteOnly ? ">= 1.11.0" : ">= 1.3.0");
  expect(required_providers[0]?.spacelift).toEqual({
    source: "spacelift-io/spacelift",
    version: isWriteOnly ? ">= 1.44.0, < 2.0.0" : ">= 1.20.0, < 2.0.0",
  });
});

interface Requirements {
  readonly required_version?: string;
  readonly required_providers?: readonly Readonly<Record<string, object>>[];
}

test("any text in quotes is that text to a reader of HCL", async () => {
  const texts = fc.sample(normalized, { numRuns: 300, seed: 7 });
  const module = texts.map((one, i) => `t${i} = ${quoted(one)}\n`).join("");
  const values = (await moduleJson(module)) as unknown as Record<string, string>;
  expect(texts.map((_, i) => textOf(values[`t${i}`] ?? ""))).toEqual(texts);
});

test("a block is laid out as terraform fmt would lay it out", () => {
  const text = block(
    "resource",
    ["a", "b c"],
    { one: 1, longer: true, list: ["x".repeat(60), []], last: { k: "v" }, e: {} },
    [block("inner", [], {})],
  );
  expect(text).toBe(
    [
      'resource "a" "b c" {',
      "  one    = 1",
      "  longer = true",
      "  list = [",
      `    "${"x".repeat(60)}",`,
      "    [],",
      "  ]",
      "  last = {",
      '    k = "v"',
      "  }",
      "  e = {}",
      "",
      "  inner {",
      "  }",
      "}",
      "",
    ].join("\n"),
  );
});
