// SPDX-License-Identifier: Apache-2.0
import type { Check } from "../wire/checks.js";

/**
 * What kind of value an option takes:
 *
 * - `text`, `boolean`, `number` (whole numbers);
 * - `list`: a list of texts;
 * - `map`: an object whose members are texts, with names that users choose;
 * - `object`: an object with the members of the row;
 * - `objects`: a list of such objects;
 * - `program`: an object of an engine, such as a provider, which only programs have.
 */
export type OptionKind = "text" | "boolean" | "number" | "list" | "map" | "object" | "objects" | "program";

/** The outputs of `spacetail render`. */
export type OutputFormat = "hcl" | "config-yml" | "plugin" | "blueprint" | "kubernetes";

/** A rule for a list: says what is wrong with it as a whole, or returns null. */
export type ListCheck = (list: readonly string[]) => string | null;

/** An option: one row, from which rules, flags, help and tables come. */
export interface Option {
  readonly name: string;
  readonly kind: OptionKind;
  /** One sentence. */
  readonly doc: string;
  /** The default; undefined if there is none, or none that is known before the run. */
  readonly default?: string | boolean | number | readonly string[];
  /** The default in words where it is not a value; undefined for options that must be given. */
  readonly defaultText?: string;
  /** True if the option must be given wherever what it belongs to is given. */
  readonly isRequired?: boolean;
  /** True if the value must never be shown. All other texts must not contain secrets. */
  readonly isSecret?: boolean;
  /** True if a wrong value must not be shown either, because it is likely a secret in the wrong place. */
  readonly attractsSecrets?: boolean;
  /**
   * True if everyone who can see the context can read the value, so that sensitive values must not get there. A
   * function decides by the members beside it.
   */
  readonly isReadable?: boolean | ((siblings: Readonly<Record<string, unknown>>) => boolean);
  /** Where secrets belong instead, continuing the sentence that refuses one: `use secretEnvironment or auth`. */
  readonly secretAdvice?: string;
  /**
   * When the value must be known: `always` if it decides which resources there are; `to-compute` if it must be known to
   * engines that cannot compute with unknown values, as those of Terraform cannot; `to-extend` if such engines need to
   * know how many elements a list has, though not the elements.
   */
  readonly known?: "always" | "to-compute" | "to-extend";
  /** The rule for a text, for each text of a list, or for each value of a map. */
  readonly check?: Check;
  /** The rule for a list as a whole. */
  readonly listCheck?: ListCheck;
  /** The rule for the names of a map. */
  readonly nameCheck?: Check;
  /** Of `object` and `objects`. */
  readonly members?: readonly Option[];
  /** What an object must be, in words, if it may be an instance of a class of ours. */
  readonly what?: string;
  /** A member by which an instance of another class of ours is recognized, though it has all that is required. */
  readonly mustLack?: string;
  /** The environment variable of the run that carries the value. */
  readonly variable?: string;
  /** How `spacetail render` takes the option where that differs from programs. */
  readonly rendered?: Rendered;
  /** Where the value ends up in each of these outputs, in Markdown. */
  readonly places: Readonly<Partial<Record<OutputFormat, string>>>;
}

/** How `spacetail render` takes an option whose value is a secret, or is not known before the output is used. */
export interface Rendered {
  /** As {@link OptionKind}; or `presence`: `true`, or an object if it has members that can be given. */
  readonly kind: OptionKind | "presence";
  readonly members?: readonly Option[];
  readonly doc?: string;
  /** The default in words. */
  readonly defaultText?: string;
  /** What the output asks for in place of the value. */
  readonly input?: { readonly id: string; readonly doc: string };
}

/** Everything about a row but its name, kind and documentation. */
export type Details = Partial<Omit<Option, "name" | "kind" | "doc">>;

/** A row. */
export function option(name: string, kind: OptionKind, doc: string, details: Details = {}): Option {
  return { name, kind, doc, places: {}, ...details };
}

/** All formats, in the order in which they are listed. */
export const FORMATS: readonly OutputFormat[] = ["hcl", "config-yml", "plugin", "blueprint", "kubernetes"];

/** The outputs of `spacetail render` that have an option: those with a place for it. */
export function formatsOf({ places }: Option): OutputFormat[] {
  return FORMATS.filter((format) => format in places);
}

/** An option with the dotted path that names it from the outside, such as `auth.oauthSecret.clientId`. */
export interface NamedOption {
  readonly path: string;
  readonly option: Option;
}

/** The rows and the members of their objects, depth first, with paths. Members of lists of objects are left out. */
export function flatten(options: readonly Option[], prefix = ""): NamedOption[] {
  return options.flatMap((one) => {
    const path = `${prefix}${one.name}`;
    const members = one.kind === "object" ? flatten(one.members ?? [], `${path}.`) : [];
    return [{ path, option: one }, ...members];
  });
}

/** True if nothing of a wrong value must be shown: what should be an object with secrets may be one of them. */
export function hidesValue({ isSecret, attractsSecrets, members = [] }: Option): boolean {
  return isSecret === true || attractsSecrets === true || members.some(hidesValue);
}
