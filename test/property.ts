// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of shells and Terraform hold such placeholders
import fc from "fast-check";

/** The same cases on every machine. Others are tried with another number: SEED=7. A failure prints the one it had. */
const SEED = Number(process.env.SEED ?? "20261121");

/**
 * Asserts that `check` passes for all of `runs` values that `values` makes. A failure is made as small as can be and
 * told with its seed.
 */
export function holds<T>(values: fc.Arbitrary<T>, check: (value: T) => void, runs = 200): void {
  fc.assert(fc.property(values, check), { seed: SEED, numRuns: runs });
}

/** Pieces in which some program might see more than characters. */
const PIECES = [
  ..."$%{}\\\"'`!#&|;<>()*?~^=[]-+@:,./ \t",
  "${",
  "%{",
  "$${",
  "%%{",
  "$(id)",
  "${HOME}",
  "%{ if true }",
  "$$",
  "\\n",
  "é",
  "漢",
  "💥",
  "\u00a0",
  "\u2028",
  "\ufeff",
  "\u007f",
  "\u0001",
  "a",
  "Z",
  "0",
];

/**
 * One line of text, as a variable's value may be: everything but line breaks and NUL, which no environment can hold.
 */
export const line: fc.Arbitrary<string> = fc
  .oneof(
    fc.string({ unit: fc.constantFrom(...PIECES), maxLength: 24 }),
    fc.string({ unit: "binary", maxLength: 24 }),
    fc.string({ unit: "grapheme", maxLength: 12 }),
  )
  .map((text) => text.replace(/[\0\r\n]/g, "_"));

/** The same with line breaks. */
export const text: fc.Arbitrary<string> = fc
  .array(line, { minLength: 1, maxLength: 4 })
  .map((lines) => lines.join("\n"));
