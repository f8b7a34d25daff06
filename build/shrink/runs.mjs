// SPDX-License-Identifier: Apache-2.0
// Releases of the same type in a row are one call of a function with up to four arguments.
import { RELEASE, released } from "./lines.mjs";

const TYPES = {
  scr_arr_release: "ScrArr",
  scr_box_release: "ScrBox",
  scr_closure_release: "ScrClosure",
  scr_promise_release: "ScrPromise",
  scr_str_release: "ScrStr",
  scr_union_release: "ScrUnion",
};
const MOST = 4;

/** The functions for two and more. */
export function helpers() {
  const out = [];
  for (const [name, type] of Object.entries(TYPES)) {
    for (let count = 2; count <= MOST; count += 1) {
      const names = [..."abcd"].slice(0, count);
      const before = count === 2 ? `${name}(a);` : `${name}${count - 1}(${names.slice(0, -1).join(", ")});`;
      out.push(
        `static __attribute__((noinline)) void ${name}${count}(${names.map((one) => `${type} *${one}`).join(", ")}) {`,
        `  ${before}`,
        `  ${name}(${names.at(-1)});`,
        "}",
      );
    }
  }
  return out;
}

export function runs(code) {
  const out = [];
  for (let from = 0, to; from < code.length; from = to) {
    const { indent } = code[from];
    for (to = from; to < code.length && code[to].indent === indent && released(code[to]) !== undefined; ) to += 1;
    if (to - from < 2) {
      to = from + 1;
      out.push(code[from]);
      continue;
    }
    const held = new Map();
    for (const { text } of code.slice(from, to)) {
      const [, release, name] = RELEASE.exec(text);
      held.set(release, [...(held.get(release) ?? []), name]);
    }
    for (const [release, names] of held) {
      const most = release in TYPES ? MOST : 1;
      for (let i = 0; i < names.length; i += most) {
        const some = names.slice(i, i + most);
        out.push({ indent, text: `${release}${some.length > 1 ? some.length : ""}(${some.join(", ")});` });
      }
    }
  }
  return out;
}
