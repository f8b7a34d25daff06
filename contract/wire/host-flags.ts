// SPDX-License-Identifier: Apache-2.0
import { wordsOf } from "./characters.js";
import { DIALECT, dialectWords, isFlag, isUpFlag } from "./dialect.js";
import { type Environment, valueAt, valueInUse } from "./environment.js";
import { readExtraFlags } from "./flags.js";
import { quoted } from "./secrets.js";

/** The flags of `tailscale up`: the host's defaults, then what somebody has set. The last of a name counts. */
export function upFlags(env: Environment): string {
  const defaults = wordsOf(valueAt(env, DIALECT)).filter(isFlag);
  return defaults.concat(givenUpFlags(env)).join(" ");
}

/** The flags of `tailscale up` that somebody has set: under the names of the host, then in TS_EXTRA_ARGS. */
export function givenUpFlags(env: Environment): string {
  return hostFlags(env, true).concat(valueInUse(env, "TS_EXTRA_ARGS")).join(" ");
}

/** The flags of tailscaled: those under the names of the host, then those in TS_TAILSCALED_EXTRA_ARGS. */
export function daemonFlags(env: Environment): string {
  return hostFlags(env, false).concat(valueInUse(env, "TS_TAILSCALED_EXTRA_ARGS")).join(" ");
}

/** What is wrong with a flag under the name that the host has for it, as a sentence that names it, or null. */
export function hostFlagProblem(env: Environment): string | null {
  for (const { name, meaning } of dialectWords(valueAt(env, DIALECT))) {
    const value = valueAt(env, name);
    if (value === "" || !isFlag(meaning) || isFlag(name)) continue;
    if (wordsOf(value).length > 1) return `${name} must be one word, without blanks`;
    const problem = isUpFlag(meaning) ? readExtraFlags(`${meaning}=${value}`).problem : null;
    // The rule is about the text of flags, of which only the value is in this variable.
    if (problem !== null)
      return `${name} ${problem.split(`set ${meaning} to`).join("be")}, but ${quoted(value)} was given`;
  }
  return null;
}

function hostFlags(env: Environment, ofUp: boolean): string[] {
  const flags: string[] = [];
  for (const { name, meaning } of dialectWords(valueAt(env, DIALECT))) {
    const value = valueAt(env, name);
    if (value !== "" && isFlag(meaning) && !isFlag(name) && isUpFlag(meaning) === ofUp)
      flags.push(`${meaning}=${value}`);
  }
  return flags;
}
