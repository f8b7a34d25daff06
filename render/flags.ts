// SPDX-License-Identifier: Apache-2.0
// The command line as it is written. Every option that can be one is a flag.
import { nearest } from "../contract/context/nearest.js";
import type { OptionKind } from "../contract/options/option.js";
import { flagName, renderedKind, renderedOptions } from "../contract/options/option-table.js";

/** A flag of the command line. */
export interface Flag {
  /** Without the dashes in front. */
  readonly name: string;
  /** Path of the option, such as `auth.oauthSecret.clientId`; empty for flags that are about the command itself. */
  readonly path: string;
  readonly kind: OptionKind | "presence";
}

/** What a command line says. */
export interface FlagReading {
  /** Values by the names of their flags, for all flags that were given. */
  readonly values: ReadonlyMap<string, readonly (string | boolean)[]>;
  /** What is wrong with the rest. */
  readonly problems: readonly string[];
}

const COMMAND_FLAGS: readonly Flag[] = ["format", "options", "output"].map((name) => ({
  name,
  path: "",
  kind: "text",
}));

/** The flags that are options. */
export const OPTION_FLAGS: readonly Flag[] = renderedOptions().flatMap((one) => {
  const name = flagName(one);
  return name === "" ? [] : [{ name, path: one.path, kind: renderedKind(one.option) }];
});

const FLAGS = new Map([...COMMAND_FLAGS, ...OPTION_FLAGS].map((flag) => [flag.name, flag]));

/** Reads flags and their values. No problem quotes a value, which may be a secret. */
export function readFlags(args: readonly string[]): FlagReading {
  const values = new Map<string, (string | boolean)[]>();
  const problems: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [, word, text] = /^--([^=]+)(?:=([\s\S]*))?$/.exec(arg) ?? [];
    const { flag, isNegative } = flagOf(word ?? "");
    if (word === undefined) {
      problems.push("unexpected argument: flags begin with --");
    } else if (flag === undefined) {
      problems.push(`--${word} is not a flag${suggestion(word)}`);
      // What follows is most likely its value, and no mistake of its own.
      if (text === undefined && isValue(rest[0])) rest.shift();
    } else if (flag.kind === "boolean" || flag.kind === "presence") {
      if (text === undefined) values.set(flag.name, [!isNegative]);
      else problems.push(`--${word} must not have a value${flag.kind === "presence" ? ": no secret is rendered" : ""}`);
    } else {
      const value = text ?? (isValue(rest[0]) ? rest.shift() : undefined);
      if (value !== undefined) values.set(flag.name, [...(values.get(flag.name) ?? []), value]);
      else problems.push(`--${word} must have a value: write --${word}=VALUE if the value begins with a dash`);
    }
  }
  return { values, problems };
}

/** True for an argument that can be the value of the flag before it. A dash alone is standard input. */
function isValue(arg: string | undefined): boolean {
  return arg !== undefined && !/^-./.test(arg);
}

/** The flag that a word means. Only booleans have an opposite, and `--no-proxy` is a flag itself. */
function flagOf(word: string): { readonly flag: Flag | undefined; readonly isNegative: boolean } {
  const exact = FLAGS.get(word);
  if (exact !== undefined || !word.startsWith("no-")) return { flag: exact, isNegative: false };
  const opposite = FLAGS.get(word.slice("no-".length));
  return { flag: opposite?.kind === "boolean" ? opposite : undefined, isNegative: true };
}

function suggestion(word: string): string {
  const similar = nearest(word, [...FLAGS.keys()]);
  return similar === undefined ? "" : `: did you mean --${similar}?`;
}
