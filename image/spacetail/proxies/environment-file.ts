// SPDX-License-Identifier: Apache-2.0
import { KEEP, REMOVE, type Values, type Visitor } from "./file-variable.js";
import { editJson } from "./json-file.js";
import { editLines, editNulRecords, isName } from "./line-file.js";
import { editYaml, looksLikeYaml } from "./yaml-file.js";

// Spacelift writes the environment of a phase to a file for the phases after it, in a format that is not documented and
// may change. So every format is understood that such a file may reasonably have.

/**
 * Undoes the exports of the hooks in an environment file: variables that have one of the names and the value of
 * `exported` are removed, or get the value back that the run had before. Everything else stays, byte for byte.
 *
 * @param text the file
 * @param exported the variables that the hooks exported, with their values
 * @param before the values to put back; a variable that is absent is removed
 * @param present the environment now
 */
export function undoExports(text: string, exported: Values, before: Values, present: Values): string {
  return edit(text, present, {
    variable: (name, value) => {
      if (exported[name] !== value) return KEEP;
      const original = before[name];
      return original === undefined ? REMOVE : { kind: "set", value: original };
    },
    other: () => {},
  });
}

/**
 * The names of `exported` that the file still has with their values, in a form that is not understood or as part of
 * another value. A variable that the run had before is its own.
 */
export function remainingNames(text: string, exported: Values, before: Values, present: Values): string[] {
  const found: string[] = [];
  const note = (name: string): void => {
    if (!found.includes(name)) found.push(name);
  };
  let rest = "";
  const inRest = (part: string): void => {
    rest += `${part}\n`;
  };
  edit(text, present, {
    variable: (name, value) => {
      const own = exported[name];
      if (own === undefined) {
        if (!isName(name)) inRest(`${name}=${value}`);
      } else if (value !== before[name] && value.includes(own)) note(name);
      return KEEP;
    },
    other: inRest,
  });
  for (const [name, value] of Object.entries(exported)) {
    if (value !== undefined && hasWord(rest, name) && rest.includes(value)) note(name);
  }
  return found;
}

/** Visits a file in whatever format it has, and returns it with the changes. */
function edit(text: string, present: Values, visitor: Visitor): string {
  if (text.includes("\0")) return editNulRecords(text, visitor);
  const begin = text.trimStart().charAt(0);
  // Whatever only begins like JSON is no reason to report it, so the visitor sees it once it is known to be JSON.
  if ((begin === "{" || begin === "[") && editJson(text, BYSTANDER) !== null) return editJson(text, visitor) ?? text;
  return looksLikeYaml(text) ? editYaml(text, visitor) : editLines(text, present, visitor);
}

const BYSTANDER: Visitor = { variable: () => KEEP, other: () => {} };

/** True if the text contains the name, and not only as part of another one. */
function hasWord(text: string, name: string): boolean {
  let at = text.indexOf(name);
  while (at >= 0) {
    const after = text.charAt(at + name.length);
    const isPart = (at > 0 && isNameChar(text.charAt(at - 1))) || (after !== "" && isNameChar(after));
    if (!isPart) return true;
    at = text.indexOf(name, at + 1);
  }
  return false;
}

function isNameChar(char: string): boolean {
  return isName(`_${char}`);
}
