// SPDX-License-Identifier: Apache-2.0
import { wordsOf } from "./characters.js";
import { findUpFlag } from "./up-flags.js";

/**
 * The variable in which a host says what its users call our variables, and which flags it has by default. The tables of
 * the hosts that we know are in contract/hosts; the executable knows none of them.
 */
export const DIALECT = "TS_DIALECT";

/** A word of a dialect: another name for a variable or for a flag, or a flag with its default. */
export interface DialectWord {
  readonly name: string;
  /** The variable or flag that `name` is another name for; the value of a flag. */
  readonly meaning: string;
}

/** The words of a dialect. */
export function dialectWords(text: string): DialectWord[] {
  const words: DialectWord[] = [];
  for (const word of wordsOf(text)) {
    const equals = word.indexOf("=");
    if (equals > 0) words.push({ name: word.slice(0, equals), meaning: word.slice(equals + 1) });
  }
  return words;
}

/** The names that a dialect has for a variable. */
export function hostNames(text: string, variable: string): string[] {
  const names: string[] = [];
  for (const { name, meaning } of dialectWords(text)) if (meaning === variable && !isFlag(name)) names.push(name);
  return names;
}

/** True for a flag of `tailscale up`; all others are tailscaled's. */
export function isUpFlag(name: string): boolean {
  return findUpFlag(name) !== null;
}

export function isFlag(name: string): boolean {
  return name.startsWith("--");
}

/** The rule for a dialect, as those of checks.ts. */
export function dialectProblem(text: string): string | null {
  const isWord = ({ name, meaning }: DialectWord): boolean =>
    meaning !== "" && (isFlag(name) ? isUpFlag(name) : isFlag(meaning) || meaning.startsWith("TS_"));
  const words = dialectWords(text);
  return words.length === wordsOf(text).length && words.every(isWord)
    ? null
    : "must contain only words such as APP_NAME=TS_HOSTNAME, APP_DNS=--accept-dns or --shields-up=false";
}
