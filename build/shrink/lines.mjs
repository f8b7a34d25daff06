// SPDX-License-Identifier: Apache-2.0
// The lines of generated C that the rewrites look at. A statement is `{ indent, text }`.

/** `ScrStr *sc_t1 = ...;` or `ScrStr *sc_t1;`: type, name, and the rest. */
export const DECLARATION = /^((?:sc|Scr)\w*) \*(sc_\w+)( = .*)?;$/;

/** The values that are counted: those of the run-time library, records, and instances of classes. */
const COUNTED = "arr|box|bytes|caught|child|child_stream|closure|dyn|error|map|promise|stats|str|union";

/** What makes one more reference. A function of the program may be called `retain` too, or `release`. */
export const RETAINING = `(?:scr_(?:${COUNTED})_retain|sc_rretain_r\\d+|sc_retain__\\w+)`;

/** `scr_str_release(sc_t1);`: function and name. Each of them accepts NULL. */
export const RELEASE = new RegExp(`^(scr_(?:${COUNTED})_release|sc_rrelease_r\\d+|sc_release__\\w+)\\((\\w+)\\);$`);

/** A line of a function, without the comments at its end. */
export function statement(line) {
  const text = line.replace(/^((?:[^"]|"(?:[^"\\]|\\.)*")*?)\s*(?:\/\*(?:(?!\*\/).)*\*\/\s*)+$/, "$1");
  const bare = text.trimStart();
  return { indent: text.length - bare.length, text: bare.replace(/^return ;$/, "return;") };
}

/** The name that a statement releases, if it is a release. */
export function released({ text }) {
  return RELEASE.exec(text)?.[2];
}

/** Where the releases start that are directly before statement `at` of a block. */
export function startOfRun(code, at) {
  let start = at;
  while (start > 0 && code[start - 1].indent === code[at].indent && released(code[start - 1]) !== undefined) start -= 1;
  return start;
}

/** How often a name is given a value, its declaration included. */
export function assignments(code, name) {
  const given = new RegExp(`(?:^|\\*| )${name} = `);
  return code.filter(({ text }) => given.test(text)).length;
}
