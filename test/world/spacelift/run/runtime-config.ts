// SPDX-License-Identifier: Apache-2.0
import { HOOK_LISTS, type HookList } from "../account/hooks.js";

/** What a project's `.spacelift/config.yml` says about hooks; lists that are not in it stay the stack's own. */
export type RuntimeConfig = Partial<Readonly<Record<HookList, readonly string[]>>>;

/** The lists by the names they have in the file. */
const LISTS: ReadonlyMap<string, HookList> = new Map(
  HOOK_LISTS.map((name) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), name]),
);

/**
 * Reads the part of `.spacelift/config.yml` that decides hooks: lists below `stack_defaults`, and below the stack's own
 * entry in `stacks`, which go before those. Lists replace, they do not merge. Source: Spacelift documentation, "Runtime
 * YAML reference".
 *
 * @throws on everything else that YAML or Spacelift knows, so that nothing is left out silently.
 */
export function readRuntimeConfig(text: string, stackId: string): RuntimeConfig {
  const config: { -readonly [List in HookList]?: string[] } = {};
  const own: typeof config = {};
  let path: string[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    const fail = (reason: string) => new Error(`.spacelift/config.yml, line ${index + 1}: ${reason}`);
    const line = raw.replace(/\s+$/, "");
    if (line === "" || line.trimStart().startsWith("#")) continue;
    const [, indent = "", rest = ""] = /^( *)(.*)$/.exec(line) ?? [];
    if (rest.startsWith("- ")) {
      const [section, ...names] = path;
      const list = LISTS.get(names.at(-1) ?? "");
      if (list === undefined) throw fail("a list stands where none is known");
      const target = section === "stacks" ? (names[0] === stackId ? own : {}) : config;
      target[list] = [...(target[list] ?? []), scalar(rest.slice(2).trim(), fail)];
      continue;
    }
    const [, key = "", value = ""] = /^([\w-]+):(?:\s+(.*))?$/.exec(rest) ?? [];
    if (key === "" || indent.length % 2 !== 0) throw fail("expected a key, or an element of a list");
    path = [...path.slice(0, indent.length / 2), key];
    if (path.length !== indent.length / 2 + 1) throw fail("is indented too far");
    if (!isKnown(path, value)) throw fail(`${path.join(".")} is not known here`);
  }
  return { ...config, ...own };
}

function isKnown(path: readonly string[], value: string): boolean {
  const [section, second = "", third] = path;
  if (section === "version") return path.length === 1 && /^"?2"?$/.test(value);
  if (value !== "") return false;
  if (section === "stack_defaults") return path.length === 1 || (path.length === 2 && LISTS.has(second));
  return section === "stacks" && (path.length < 3 || (path.length === 3 && LISTS.has(third ?? "")));
}

function scalar(text: string, fail: (reason: string) => Error): string {
  if (text.startsWith("'")) {
    if (!/^'(?:[^']|'')*'$/.test(text)) throw fail("a quoted text does not end");
    return text.slice(1, -1).replaceAll("''", "'");
  }
  if (text.startsWith('"')) {
    try {
      return JSON.parse(text) as string;
    } catch {
      throw fail("a quoted text is not as JSON has it");
    }
  }
  if (/^[[\]{}>|*&!%@`#]|: | #/.test(text)) throw fail("this text must be quoted");
  return text;
}
