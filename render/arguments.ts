// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { flagName } from "../contract/options/option-table.js";
import {
  type MemberKind,
  OPTIONS,
  type Option,
  type OptionKind,
  type OutputFormat,
} from "../contract/options/options.js";
import { errorCode, errorText } from "./failure.js";

/** What the command line asks for. */
export interface RenderArguments {
  readonly format: OutputFormat;
  /** Where to write; empty for standard output. */
  readonly output: string;
  /** Options as nested objects, all of them known and of the right shape. */
  readonly options: Tree;
}

/** JSON objects. */
export interface Tree {
  [name: string]: unknown;
}

/** A command line that cannot be understood. */
export class UsageError extends Error {}

const FORMATS: readonly OutputFormat[] = ["hcl", "config-yml", "plugin"];

/** The kinds of options that can be flags, with how `parseArgs` calls them. */
const FLAG_TYPES = { text: "string", list: "string", map: "string", boolean: "boolean", presence: "boolean" } as const;

/**
 * Reads the arguments of `spacetail render`, and the file that they may name.
 *
 * @throws UsageError if an option is unknown or of the wrong shape
 */
export function readArguments(args: readonly string[]): RenderArguments {
  const { format, options: file, output, ...flags } = parsed(args);
  if (typeof format !== "string") throw new UsageError(`--format must be one of ${FORMATS.join(", ")}`);
  if (!isFormat(format))
    throw new UsageError(`--format must be one of ${FORMATS.join(", ")}, but "${format}" was given`);
  const options = typeof file === "string" ? readOptions(file) : {};
  for (const option of OPTIONS) {
    const value = flags[flagName(option)];
    if (value !== undefined) place(options, option.name, flagValue(option, value));
  }
  // Flags can say false where only true means something.
  checkShape(options, "");
  return { format, output: typeof output === "string" ? output : "", options };
}

function isFormat(text: string): text is OutputFormat {
  return FORMATS.some((format) => format === text);
}

function parsed(
  args: readonly string[],
): Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>> {
  const flags = OPTIONS.flatMap((option) => {
    const name = flagName(option);
    return name === ""
      ? []
      : [[name, { type: FLAG_TYPES[option.kind as keyof typeof FLAG_TYPES], multiple: isMultiple(option) }]];
  });
  const own = { format: { type: "string" }, options: { type: "string" }, output: { type: "string" } } as const;
  try {
    return parseArgs({ args: [...args], options: { ...own, ...Object.fromEntries(flags) }, allowNegative: true })
      .values;
  } catch (error) {
    throw new UsageError(parseProblem(error));
  }
}

/** What Node says in one sentence, but for a word that is no flag, which may be a secret that belongs to none. */
function parseProblem(error: unknown): string {
  if (errorCode(error) === "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL")
    return "There must be nothing but flags and their values";
  const [sentence = ""] = errorText(error).split(/\.?\n/);
  return sentence;
}

function isMultiple({ kind }: Option): boolean {
  return kind === "list" || kind === "map";
}

function flagValue({ name, kind }: Option, value: string | boolean | (string | boolean)[]): unknown {
  if (!Array.isArray(value)) return value;
  const words = value.map(String);
  if (kind === "list") return words.flatMap((word) => word.split(","));
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf("=");
      if (at < 1) throw new UsageError(`${name} must be NAME=VALUE`);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

/** Puts a value where its path leads. What the file says of the same option gives way; maps are joined. */
function place(options: Tree, path: string, value: unknown): void {
  const [name = "", ...rest] = path.split(".");
  if (rest.length === 0) {
    const before = options[name];
    // `true` for a member that was given with members of its own says nothing more.
    if (value === true && isTree(before)) return;
    options[name] = isTree(value) && isTree(before) ? { ...before, ...value } : value;
    return;
  }
  const inner = options[name];
  const tree = isTree(inner) ? inner : {};
  options[name] = tree;
  place(tree, rest.join("."), value);
}

/** The options of a file, or of standard input for `-`. */
function readOptions(path: string): Tree {
  let text = "";
  try {
    text = readFileSync(path === "-" ? 0 : path, "utf8");
  } catch (error) {
    throw new UsageError(`--options names ${path}, which cannot be read: ${errorText(error)}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The rest of the message quotes the text, which may hold a secret.
    const [, position] = /at position (\d+)/.exec(errorText(error)) ?? [];
    throw new UsageError(
      `--options names ${path}, which is no JSON${position === undefined ? "" : ` from character ${position} on`}`,
    );
  }
  if (!isTree(value)) throw new UsageError(`--options names ${path}, which holds no JSON object`);
  checkShape(value, "");
  return value;
}

/** Every member must be an option, or lead to one, and must have the form of its kind. */
function checkShape(tree: Tree, prefix: string): void {
  for (const [name, value] of Object.entries(tree)) {
    const path = `${prefix}${name}`;
    const option = OPTIONS.find((one) => one.name === path);
    const leads = OPTIONS.some((one) => one.name.startsWith(`${path}.`));
    if (leads && isTree(value)) checkShape(value, `${path}.`);
    else if (option === undefined) throw new UsageError(unknownOption(path, leads));
    else if (!SHAPES[option.kind].fits(value)) throw new UsageError(`${path} must be ${SHAPES[option.kind].says}`);
    else if (option.kind === "objects") for (const one of value as Tree[]) checkMembers(one, option);
  }
}

function checkMembers(tree: Tree, { name, members }: Option): void {
  for (const [member, value] of Object.entries(tree)) {
    const kind = Object.hasOwn(members, member) ? members[member] : undefined;
    if (kind === undefined)
      throw new UsageError(`${name}.${member} is no option: there are ${Object.keys(members).join(", ")}`);
    if (!SHAPES[kind].fits(value)) throw new UsageError(`${name}.${member} must be ${SHAPES[kind].says}`);
  }
}

function unknownOption(path: string, leads: boolean): string {
  if (leads) return `${path} must be an object`;
  const what = SECRETS.get(path);
  return what === undefined ? `${path} is no option` : `${path} must not be given: ${what}`;
}

/** Secrets that programs give, and what is made of them here. */
const SECRETS = new Map([
  ["auth.oauthSecret.clientSecret", "no secret is in what is rendered, so say auth.oauthSecret alone"],
]);

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

const SHAPES: Readonly<Record<OptionKind | MemberKind, { fits: (value: unknown) => boolean; says: string }>> = {
  text: { fits: (value) => typeof value === "string", says: "a text" },
  boolean: { fits: (value) => typeof value === "boolean", says: "true or false" },
  number: { fits: (value) => typeof value === "number", says: "a number" },
  list: { fits: isTexts, says: "a list of texts" },
  map: { fits: (value) => isTree(value) && isTexts(Object.values(value)), says: "an object whose members are texts" },
  presence: { fits: (value) => value === true, says: "true, or an object with its members if it has some" },
  objects: { fits: (value) => Array.isArray(value) && value.every(isTree), says: "a list of objects" },
  program: { fits: () => false, says: "left to programs, which alone have such a thing" },
};
