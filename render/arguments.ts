// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { FORMATS, type OutputFormat } from "../contract/options/option.js";
import { errorText, UsageError } from "./failure.js";
import { type Flag, OPTION_FLAGS, readFlags } from "./flags.js";

/** What the command line asks for. */
export interface RenderArguments {
  readonly format: OutputFormat;
  /** Where to write; empty for standard output. */
  readonly output: string;
  /** The options of the file and of the flags together: any JSON value, which nobody has judged yet. */
  readonly options: unknown;
}

/** A JSON object. */
export interface Tree {
  [name: string]: unknown;
}

/**
 * Reads the arguments of `spacetail render`, and the file that they may name.
 *
 * @throws UsageError naming everything that is wrong with the command line
 */
export function readArguments(args: readonly string[]): RenderArguments {
  const { values, problems } = readFlags(args);
  const textOf = (name: string) => values.get(name)?.at(-1) as string | undefined;
  const [format, file, output = ""] = ["format", "options", "output"].map(textOf);
  const all = [...problems];
  if (format === undefined) all.push(`--format must be given: one of ${FORMATS.join(", ")}`);
  else if (!isFormat(format)) all.push(`--format must be one of ${FORMATS.join(", ")}, but "${format}" was given`);
  const given = OPTION_FLAGS.flatMap((flag) => {
    const words = values.get(flag.name);
    return words === undefined ? [] : [{ flag, value: flagValue(flag, words, all) }];
  });
  const options = file === undefined ? {} : readOptions(file, all);
  if (all.length > 0) throw new UsageError(...all);
  for (const { flag, value } of given) place(options, flag.path, value);
  return { format: format as OutputFormat, output, options };
}

function isFormat(text: string): text is OutputFormat {
  return FORMATS.some((format) => format === text);
}

/** What the words after a flag mean. An empty text is a list without elements. */
function flagValue({ name, kind }: Flag, words: readonly (string | boolean)[], problems: string[]): unknown {
  if (kind === "list") return words.flatMap((word) => (word === "" ? [] : String(word).split(",")));
  if (kind !== "map") return words.at(-1);
  const pairs = words.map((word) => /^([^=]+)=([\s\S]*)$/.exec(String(word)) ?? []);
  if (pairs.some(({ length }) => length === 0)) problems.push(`--${name} must be NAME=VALUE`);
  return Object.fromEntries(pairs.map(([, member = "", value]) => [member, value]));
}

/** The options of a file, or of standard input for `-`. */
function readOptions(path: string, problems: string[]): unknown {
  let text = "";
  try {
    text = withoutMark(readFileSync(path === "-" ? 0 : path, "utf8"));
  } catch (error) {
    problems.push(`--options ${path} cannot be read: ${errorText(error)}`);
    return {};
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    // The rest of the message quotes the text, which may contain a secret.
    const [, position] = /at position (\d+)/.exec(errorText(error)) ?? [];
    problems.push(`--options ${path} is not valid JSON${position === undefined ? "" : ` from character ${position}`}`);
    return {};
  }
}

/** The text without the byte order mark that some editors put at the beginning of a file. */
function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/**
 * Puts a value where its path leads. It replaces what the file says of the same option, except that the members of maps
 * are joined. Where the file has something other than an object on the way, that stays, to be refused later.
 */
function place(options: unknown, path: string, value: unknown, prefix = ""): void {
  if (!isTree(options)) return;
  const [name = "", ...rest] = path.split(".");
  const before = options[name];
  if (rest.length > 0) {
    const whole = `${prefix}${name}`;
    // A member says more than `true`, which means the same object without members.
    if (before === undefined || (before === true && PRESENCES.has(whole))) options[name] = {};
    place(options[name], rest.join("."), value, `${whole}.`);
  } else if (!(value === true && isTree(before))) {
    options[name] = isTree(value) && isTree(before) ? { ...before, ...value } : value;
  }
}

const PRESENCES = new Set(OPTION_FLAGS.filter(({ kind }) => kind === "presence").map(({ path }) => path));

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
