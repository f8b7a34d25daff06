// SPDX-License-Identifier: Apache-2.0
import { withoutSecrets } from "../options/secrets.js";
import { Unknown } from "./engine.js";

/** Something that is wrong with a value that a user gave. */
export interface Problem {
  /** Path of the option, such as `auth.oauthSecret.tags[1]`. */
  readonly property: string;
  /** What it must be, continuing the sentence that begins with the path: `must begin with "tag:"`. */
  readonly message: string;
  /** The value, as it is quoted; undefined if it must not be shown. */
  readonly given?: string;
}

/** The longest value that is quoted. */
const LONGEST = 200;

/** The problem in one line, in which no secret that can be recognized is left. */
export function problemLine({ property, message, given }: Problem): string {
  // JSON leaves these as they are, though some break lines and terminals obey others.
  const isControl = /[\x7f-\x9f\u2028\u2029]/g;
  const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const quoted = given === undefined ? "" : `, but ${given} was given`;
  return withoutSecrets(`${property} ${message}${quoted}`).replace(isControl, escaped);
}

/**
 * The path of an object's member.
 *
 * @param path of the object, empty for the outermost
 */
export function memberPath(path: string, name: string): string {
  if (/^\w+$/.test(name) && name.length <= LONGEST) return path === "" ? name : `${path}.${name}`;
  // NAME=VALUE instead of a name may have a secret as its value.
  const equals = name.indexOf("=");
  return `${path}[${quote(equals < 0 ? name : `${name.slice(0, equals)}=...`)}]`;
}

/**
 * A problem that quotes the value, unless that is not known in all its parts, or has several lines: such text is
 * often a key.
 */
export function problem(property: string, message: string, value: unknown): Problem {
  const isLong = typeof value === "string" && /[\r\n]/.test(value);
  if (value === undefined || isLong || [value].flat().some(Unknown.is)) return { property, message };
  return { property, message, given: quote(value) };
}

/** A problem of a value that must not be shown. */
export function hiddenProblem(property: string, message: string): Problem {
  return { property, message };
}

/** The problems of a part, with the path of the part before their properties. */
export function within(path: string, problems: readonly Problem[]): Problem[] {
  return problems.map((one) => ({ ...one, property: `${path}.${one.property}` }));
}

function quote(value: unknown): string {
  // Part of a secret would not be recognized later.
  const text = withoutSecrets(textOf(value));
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

/** A value as a program would write it, as far as it can be written. */
function textOf(value: unknown): string {
  const name = value?.constructor?.name;
  if (typeof value === "object" && value !== null && !Array.isArray(value) && name !== "Object") {
    return name === undefined ? "an object" : `an instance of ${name}`;
  }
  if (typeof value === "function") return "a function";
  // JSON has neither NaN nor big integers.
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // Circular, or with a member that JSON does not have.
    return Array.isArray(value) ? "a list" : "an object";
  }
}
