// SPDX-License-Identifier: Apache-2.0
// Literals are static objects with a count of SIZE_MAX, which retaining and releasing leave alone.
import { assignments, released } from "./lines.mjs";

const RETAINED = /scr_str_retain\(\((ScrStr \*)\)&(sc_lit_\d+)\)/;
const HELD = /^(?:ScrStr|ScrUnion) \*(sc_t\d+) = \((?:ScrStr|ScrUnion) \*\)&sc_(?:lit|unit)_\d+;$/;

export function literals(code) {
  const plain = code.map(({ indent, text }) => ({ indent, text: text.replace(RETAINED, "($1)&$2") }));
  const names = new Set();
  for (const { text } of plain) {
    const name = HELD.exec(text)?.[1];
    if (name !== undefined && assignments(plain, name) === 1) names.add(name);
  }
  return plain.filter((line) => !names.has(released(line)));
}

/** A literal's definition, on the boundary that its fields need: compilers give large objects wider ones. */
export function packed(line) {
  return line.replace(/^(static struct \{ size_t rc; .*\}) (sc_lit_\d+) =$/, "$1 $2 __attribute__((aligned(8))) =");
}
