// SPDX-License-Identifier: Apache-2.0
// Reads whatever a program gave as options: every value is of its row's kind afterwards, unknown, or reported. Rules
// about several options at once, in the files beside this one, build on that.
import { hidesValue, type Option } from "../options/option.js";
import { secretIn } from "../options/secrets.js";
import { type Engine, UNKNOWN, type Unknown } from "./engine.js";
import { insideOf, nearest, synonymOf } from "./nearest.js";
import { hiddenProblem, memberPath, type Problem, problem } from "./problem.js";

/** Values by the names of their options. Values that were not given are absent. */
export type Values = Readonly<Record<string, unknown>>;

/** What was read, and what is wrong with the rest. */
export interface Reading {
  readonly values: Values;
  readonly problems: readonly Problem[];
  /** True if what was given is not an object with options at all. */
  readonly isUnreadable: boolean;
}

/** Names that people try though no option is like them. */
const HINTS: ReadonlyMap<string, string> = new Map(
  ["count", "forEach"].map((name) => [name, "is not supported: create one for each, for example in a loop"]),
);

/**
 * Reads the members of an object.
 *
 * @param given anything; its own members must be options unless it is an instance of a class
 * @param path of the object, empty for the outermost
 */
export function readOptions(options: readonly Option[], given: unknown, engine: Engine, path = ""): Reading {
  const problems: Problem[] = [];
  if (given === undefined && path === "") return readOptions(options, {}, engine);
  const whole = path === "" ? "options" : path;
  if (engine.isUnknown(given)) return unreadable(hiddenProblem(whole, structureMessage(engine)));
  const unreadableAs = (message: string) => {
    // Options in a list are all options; any other value was never meant to be a secret.
    const mayBeShown = path === "" ? !Array.isArray(given) || given.length === 0 : !mayBeSecret(given);
    return unreadable(problem(whole, message, mayBeShown || !options.some(hidesValue) ? given : undefined));
  };
  if (!isObject(given)) return unreadableAs("must be an object");
  // A map, a promise or a construct: an object, but for something else.
  if (!isPlain(given) && options.every(({ name }) => given[name] === undefined)) {
    return unreadableAs("must be a plain object");
  }
  problems.push(...unknownMembers(options, given, path));
  const values: Record<string, unknown> = {};
  for (const one of options) {
    const value = given[one.name];
    if (value === undefined && one.isRequired !== true) continue;
    const property = memberPath(path, one.name);
    values[one.name] = new Reader(engine, one, given, problems).read(value, property);
  }
  return { values, problems, isUnreadable: false };
}

function unreadable(found: Problem): Reading {
  return { values: {}, problems: [found], isUnreadable: true };
}

/** Reads the value of one option. */
class Reader {
  readonly #isReadable: boolean;

  constructor(
    private readonly engine: Engine,
    private readonly option: Option,
    siblings: Values,
    private readonly problems: Problem[],
  ) {
    const { isReadable = false } = option;
    this.#isReadable = typeof isReadable === "function" ? isReadable(siblings) : isReadable;
  }

  /** The value, of the option's kind; {@link UNKNOWN} if it is not known, or wrong. */
  public read(value: unknown, property: string): unknown {
    const { kind, members = [] } = this.option;
    if (value === undefined) return this.refuse(hiddenProblem(property, "must be given"));
    if (kind === "program") return this.readProgram(value, property);
    if (this.engine.isUnknown(value)) {
      const isStructure = kind === "map" || kind === "object" || kind === "objects";
      return isStructure ? this.refuseStructure(property) : this.readUnknown(value, property);
    }
    switch (kind) {
      case "text":
        return this.readText(value, property);
      case "boolean":
        return typeof value === "boolean" ? value : this.refuseKind(property, "true or false", value);
      case "number":
        return Number.isSafeInteger(value) ? value : this.refuseKind(property, "a whole number", value);
      case "list":
        return this.readList(value, property);
      case "map":
        return this.readMap(value, property);
      case "object":
        return this.readObject(members, value, property);
      case "objects":
        return this.readObjects(members, value, property);
    }
  }

  private readProgram(value: unknown, property: string): unknown {
    const message = this.engine.programProblem(this.option.name, value);
    return message === null ? value : this.refuse(hiddenProblem(property, message));
  }

  private readUnknown(value: unknown, property: string, isElement = false): Unknown {
    const { known } = this.option;
    const { unknown, canCompute } = this.engine;
    const isComputed = known === "to-compute" || (known === "to-extend" && !isElement);
    if (known === "always" || (isComputed && !canCompute)) {
      return this.refuse(hiddenProblem(property, `must be known when the program runs, so it must not be ${unknown}`));
    }
    if (this.#isReadable && this.engine.isSensitive(value, property)) {
      return this.refuse(hiddenProblem(property, this.visible("must not be a sensitive value")));
    }
    return UNKNOWN;
  }

  private refuseStructure(property: string): Unknown {
    return this.refuse(hiddenProblem(property, structureMessage(this.engine)));
  }

  private readText(value: unknown, property: string): unknown {
    if (typeof value !== "string") return this.refuseKind(property, "a string", value);
    const secret = this.option.isSecret === true && !this.#isReadable ? null : secretIn(value);
    if (secret !== null) return this.refuse(hiddenProblem(property, this.visible(`must not contain ${secret}`)));
    // What an engine calls sensitive may be known to the program all the same.
    if (this.#isReadable && this.engine.isSensitive(value, property)) {
      return this.refuse(hiddenProblem(property, this.visible("must not be a sensitive value")));
    }
    const message = this.option.check?.(value) ?? null;
    return message === null ? value : this.refuse(this.problem(property, message, value));
  }

  private readList(value: unknown, property: string): unknown {
    if (!Array.isArray(value)) return this.refuseKind(property, "a list", value);
    // Unlike map(), this does not skip elements that are missing.
    const list = Array.from(value, (one, at) => this.readElement(one, `${property}[${at}]`));
    if (!list.every((one) => typeof one === "string")) return list;
    const message = this.option.listCheck?.(list) ?? null;
    return message === null ? list : this.refuse(this.problem(property, message, value));
  }

  private readElement(value: unknown, property: string): unknown {
    return this.engine.isUnknown(value) ? this.readUnknown(value, property, true) : this.readText(value, property);
  }

  private readMap(value: unknown, property: string): unknown {
    const isOther = isObject(value) && !isPlain(value) && Object.keys(value).length === 0;
    if (!isObject(value) || isOther) return this.refuseKind(property, "an object", value);
    const members = Object.keys(value).map((name) => {
      const path = memberPath(property, name);
      const message = this.option.nameCheck?.(name) ?? null;
      if (message !== null) return [name, this.refuse(hiddenProblem(path, message))];
      const member = value[name];
      if (member === undefined) return [name, this.refuse(hiddenProblem(path, "must be given"))];
      return [name, this.readElement(member, path)];
    });
    return Object.fromEntries(members);
  }

  private readObject(members: readonly Option[], value: unknown, property: string): unknown {
    const { what, mustLack } = this.option;
    if (what !== undefined && !isComplete(members, value, mustLack))
      return this.refuse(hiddenProblem(property, `must be ${what}`));
    const { values, problems, isUnreadable } = readOptions(members, value, this.engine, property);
    this.problems.push(...problems);
    return isUnreadable ? UNKNOWN : values;
  }

  private readObjects(members: readonly Option[], value: unknown, property: string): unknown {
    if (!Array.isArray(value)) return this.refuseKind(property, "a list of objects", value);
    return Array.from(value, (one, at) => {
      const path = `${property}[${at}]`;
      return this.engine.isUnknown(one) ? this.refuseStructure(path) : this.readObject(members, one, path);
    });
  }

  private visible(message: string): string {
    const { secretAdvice } = this.option;
    const reason = this.#isReadable ? ", because everyone who can see the context can read it" : "";
    return `${message}${reason}${secretAdvice === undefined ? "" : `: ${secretAdvice}`}`;
  }

  private refuseKind(property: string, kind: string, value: unknown): Unknown {
    return this.refuse(this.problem(property, `must be ${kind}`, value));
  }

  private problem(property: string, message: string, value: unknown): Problem {
    const isHidden = this.option.isSecret === true || (hidesValue(this.option) && mayBeSecret(value));
    return isHidden ? hiddenProblem(property, message) : problem(property, message, value);
  }

  private refuse(found: Problem): Unknown {
    this.problems.push(found);
    return UNKNOWN;
  }
}

/**
 * The options of a method, merged with its other arguments. What is not an object is left as it is, for
 * {@link readOptions} to refuse.
 */
export function withMembers<T extends object, U extends object>(options: T, members: U): T & U {
  return isObject(options) ? { ...options, ...members } : (options as T & U);
}

function structureMessage({ unknown }: Engine): string {
  return `must not be ${unknown} as a whole, though its members may be`;
}

function unknownMembers(options: readonly Option[], given: Values, path: string): Problem[] {
  if (!isPlain(given)) return [];
  const isOption = (name: string) => options.some((one) => one.name === name);
  const strangers = Object.keys(given).filter((name) => given[name] !== undefined && !isOption(name));
  return strangers.map((name) => {
    const names = options.map((one) => one.name);
    const similar = insideOf(options, name) ?? synonymOf(name, names) ?? nearest(name, names);
    const suggestion = similar === undefined ? "" : `: did you mean ${similar}?`;
    return hiddenProblem(memberPath(path, name), HINTS.get(name) ?? `is not an option${suggestion}`);
  });
}

/** True for a value that is, or contains, a text. Of other objects no more than the class is ever shown. */
function mayBeSecret(value: unknown): boolean {
  return typeof value === "string" || Array.isArray(value) || (isObject(value) && isPlain(value));
}

/** True for a plain object, whatever it lacks, and for an instance that has all that is required, and nothing else. */
function isComplete(members: readonly Option[], value: unknown, mustLack = ""): boolean {
  if (!isObject(value)) return false;
  if (isPlain(value)) return true;
  const hasAll = members.every(({ name, isRequired }) => isRequired !== true || value[name] !== undefined);
  return hasAll && value[mustLack] === undefined;
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True for an object that consists of its own members, as instances of classes do not. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
