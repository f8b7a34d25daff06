// SPDX-License-Identifier: Apache-2.0
import type { Option } from "../options/option.js";

/** Other products' names for our options. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ["hooks", "beforeHooks"],
  ["image", "runnerImage"],
  ["secrets", "secretEnvironment"],
  ["stacks", "attachments"],
  ["variables", "environment"],
]);

/** The option that other products call by this name; undefined if it is not among the names. */
export function synonymOf(name: string, names: readonly string[]): string | undefined {
  const known = SYNONYMS.get(name);
  return known !== undefined && names.includes(known) ? known : undefined;
}

/** The path of a member of one of these options that has the name; undefined if there is none. */
export function insideOf(options: readonly Option[], name: string): string | undefined {
  const outer = options.find(({ kind, members = [] }) => kind === "object" && members.some((one) => one.name === name));
  return outer === undefined ? undefined : `${outer.name}.${name}`;
}

/** The name that was most likely meant by a mistyped one; undefined if none is similar. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const word = name.toLowerCase();
  const starts = names.find((one) => word.length >= 3 && one.toLowerCase().startsWith(word));
  if (starts !== undefined) return starts;
  const [best] = names
    .map((one) => ({ one, distance: distance(word, one.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= Math.max(1, Math.floor(word.length / 3)) ? best.one : undefined;
}

/** How many letters must be inserted, removed or replaced to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(same, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
