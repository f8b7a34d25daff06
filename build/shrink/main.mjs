// SPDX-License-Identifier: Apache-2.0
// Rewrites the C that scriptc generates, so that it compiles to a quarter less machine code.
//
// scriptc counts references, and writes each count down where it occurs: a function keeps its own reference to every
// value that it looks at, and after each call that may throw it releases, one by one, what it holds at that point.
// C compilers cannot remove either, because they do not know what the calls mean. Four rewrites do:
//
//   literals.mjs  constants are never freed, so their references need no count
//   borrows.mjs   a second reference to what a variable holds anyway is not counted
//   exits.mjs     the ways out of a function share the releases that they have in common
//   runs.mjs      several releases in a row are one call
//
// Generated code is regular: one statement to a line, indented by its depth. A line or a function that does not look as
// expected is left alone.
import { borrows, constants } from "./borrows.mjs";
import { exits } from "./exits.mjs";
import { statement } from "./lines.mjs";
import { literals, packed } from "./literals.mjs";
import { helpers, runs } from "./runs.mjs";

const HEAD = /^(?:static )?[A-Za-z].*\) \{(?:\s*\/\*.*\*\/)?$/;

function rewritten(head, body, fixed) {
  const code = runs(exits(head, borrows(literals(body.map(statement).filter(({ text }) => text !== "")), fixed)));
  return [head, ...code.map(({ indent, text }) => " ".repeat(indent) + text), "}"];
}

/** The same program in less code. */
export function shrink(source) {
  const lines = source.split("\n");
  const fixed = constants(lines);
  const out = [];
  for (let i = 0; i < lines.length; i += 1) {
    const end = HEAD.test(lines[i]) ? lines.indexOf("}", i) : -1;
    if (end < 0) out.push(packed(lines[i]));
    else out.push(...rewritten(lines[i], lines.slice(i + 1, end), fixed));
    if (end >= 0) i = end;
  }
  const includes = out.findLastIndex((line) => line.startsWith("#include"));
  out.splice(includes + 1, 0, ...helpers());
  return out.join("\n");
}
