// SPDX-License-Identifier: Apache-2.0
// Spacelift is written in Go, and other programs read the same files: what is rendered must be the same to all of them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import type { OutputFormat } from "../../contract/options/option.js";
import { yamlDocument } from "../../render/outputs/yaml.js";
import { text } from "../property.js";
import { rendered, runWithOptions } from "./command.js";
import { WORDS } from "./words.js";
import { yamlReaders } from "./yaml-readers.js";

const ROOT = join(__dirname, "../..");
const READERS = Object.entries(yamlReaders());

/** Every YAML file of the examples and of the golden files. */
const FILES = ["examples", "test/render/golden"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.ya?ml$/.test(name) && !name.includes("node_modules"))
    .map((name) => join(folder, name)),
);

const someText = fc.oneof(text, fc.constantFrom(...WORDS));
const sample = <T>(values: fc.Arbitrary<T>, count: number) => fc.sample(values, { numRuns: count, seed: 20261126 });

/** Texts that no rule refuses as a value. */
const value = someText.map((one) => `x${one.replace(/[\0\r\n]/g, "_")}x`);
const label = value.map((one) => one.replace(/[\p{Cc}*]/gu, "_"));

/** Options with texts in values, in lists and in the comment that repeats them all. */
function optionsOf(format: OutputFormat, texts: readonly string[]): object {
  const [first, second, third, fourth, fifth] = texts;
  const environment = { GREETING: first, yes: second };
  return format === "plugin" ? { environment, description: third, labels: [fourth], author: fifth } : { environment };
}

const PLACES = ["first-place", "second-place", "third-place", "fourth-place", "fifth-place"];

/** A document in which the texts stand instead of the names of their places. */
function filled(document: unknown, texts: readonly string[]): unknown {
  return JSON.parse(JSON.stringify(document), (_, one) => (PLACES.includes(one) ? texts[PLACES.indexOf(one)] : one));
}

describe.each(READERS)("by %s", (_, read) => {
  const here = read === null ? test.skip : test;

  here("every golden file and every example is what it is to the parser of the other tests", () => {
    expect(FILES.length).toBeGreaterThan(20);
    const documents = FILES.map((file) => readFileSync(join(ROOT, file), "utf8"));
    const readings = read?.(documents) ?? [];
    expect(readings.map((reading, i) => [FILES[i], reading])).toEqual(
      documents.map((document, i) => [FILES[i], { value: parse(document) }]),
    );
  });

  here("any text comes out as it went in, as a value, in a list and as a name", () => {
    const all = sample(fc.array(someText, { minLength: 1, maxLength: 8 }), 400);
    const documents = all.map((texts) => ({
      texts,
      maps: texts.map((one) => ({ text: one, more: [one] })),
      names: Object.fromEntries(texts.map((one) => [`_${one}`, one])),
      bare: Object.fromEntries(texts.filter((one) => one !== "__proto__").map((one) => [one, true])),
    }));
    const readings = read?.(documents.map(yamlDocument)) ?? [];
    expect(readings).toEqual(documents.map((value) => ({ value })));
  });

  here.each<OutputFormat>(["config-yml", "plugin"])("%s holds any text, and nothing leaves its place", (format) => {
    const all = sample(fc.tuple(value, value, value, label, value), 150);
    const outcomes = all.map((texts) => runWithOptions(format, optionsOf(format, texts)));
    expect(outcomes.filter(({ status }) => status !== 0)).toEqual([]);
    const plain = parse(rendered(format, optionsOf(format, PLACES)));
    expect(read?.(outcomes.map(({ out }) => out))).toEqual(all.map((texts) => ({ value: filled(plain, texts) })));
  });
});
