// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's templates, not JavaScript's.

/** A value of the configuration while it is planned: JSON, or not known before something is created. */
export type Value =
  | string
  | number
  | boolean
  | null
  | typeof UNKNOWN
  | readonly Value[]
  | { readonly [key: string]: Value };

/** Stands for what only the creation of a resource will tell, like an id. */
export const UNKNOWN = Symbol("known after apply");

/** What an interpolation names: `spacelift_context.tailnet.id`, `data.spacelift_role.admin.id` or `var.secret`. */
export interface Reference {
  /** The part before the last dot: an address, or `var`. */
  readonly of: string;
  /** The attribute, or the variable's name. */
  readonly attribute: string;
}

/** A string of Terraform's JSON syntax, taken apart. */
export type Template = readonly (string | Reference)[];

const REFERENCE = /^\s*(var|(?:data\.)?[A-Za-z_][\w-]*\.[A-Za-z_][\w-]*)\.([A-Za-z_][\w-]*)\s*$/;

/** First parts of a dotted name that are something else than a resource type in Terraform. */
const OTHER_ROOTS = new Set(["local", "module", "each", "count", "path", "self", "terraform", "ephemeral"]);

/**
 * Takes a string apart the way Terraform reads strings of its JSON syntax: `${...}` is an interpolation, two or more
 * dollar signs before a brace are that many less one and no interpolation, the same goes for `%{`, and backslashes mean
 * nothing.
 *
 * @throws on every interpolation that is not one plain reference, and on directives: what this loader cannot evaluate
 * must not pass through as text.
 */
export function parseTemplate(text: string): Template {
  const parts: (string | Reference)[] = [];
  let literal = "";
  let at = 0;
  while (at < text.length) {
    const marker = /^([$%])\1*\{/.exec(text.slice(at))?.[0];
    if (marker === undefined) {
      // A run of markers without a brace after it is text as it stands.
      const run = /^(?:([$%])\1*|[^$%]+)/.exec(text.slice(at))?.[0] ?? "";
      literal += run;
      at += run.length;
    } else if (marker.length > 2) {
      literal += marker.slice(1);
      at += marker.length;
    } else if (marker === "%{") {
      throw new Error("template directives are not known here; write %%{ for a literal %{");
    } else {
      const end = text.indexOf("}", at);
      if (end < 0) throw new Error("an interpolation is not closed; write $${ for a literal ${");
      if (literal !== "") parts.push(literal);
      literal = "";
      parts.push(parseReference(text.slice(at + 2, end)));
      at = end + 1;
    }
  }
  if (literal !== "" || parts.length === 0) parts.push(literal);
  return parts;
}

function parseReference(expression: string): Reference {
  const [, of, attribute] = REFERENCE.exec(expression) ?? [];
  const roots = of?.split(".") ?? [];
  if (
    of === undefined ||
    attribute === undefined ||
    OTHER_ROOTS.has(roots[0] ?? "") ||
    of.startsWith("var.") ||
    (roots[0] === "data" && roots.length < 3)
  ) {
    throw new Error(
      `cannot evaluate \${${expression}}: only references like \${type.name.attribute} and \${var.name} are known here; ` +
        "write $${ for a literal ${",
    );
  }
  return { of, attribute };
}

/** Every reference in a value, however deep. @throws like {@link parseTemplate}. */
export function referencesIn(value: Value): readonly Reference[] {
  if (typeof value === "string") return parseTemplate(value).filter((part) => typeof part !== "string");
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(referencesIn);
  return [];
}

/**
 * Evaluates every string in a value. A string that is one reference takes the value referred to, with its type; in a
 * longer string the value must be a string, number or boolean. Whatever an unknown goes into is unknown.
 *
 * @throws like {@link parseTemplate}, and when null or a collection stands inside a longer string.
 */
export function evaluate(value: Value, lookUp: (reference: Reference) => Value): Value {
  if (typeof value === "string") return evaluateString(value, lookUp);
  if (Array.isArray(value)) return value.map((element: Value) => evaluate(element, lookUp));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, evaluate(element, lookUp)]));
  }
  return value;
}

function evaluateString(text: string, lookUp: (reference: Reference) => Value): Value {
  const template = parseTemplate(text);
  const [only] = template;
  if (template.length === 1 && only !== undefined) return typeof only === "string" ? only : lookUp(only);
  const values = template.map((part) => (typeof part === "string" ? part : scalar(part, lookUp(part))));
  return values.includes(UNKNOWN) ? UNKNOWN : values.map(String).join("");
}

function scalar({ of, attribute }: Reference, value: Value): string | number | boolean | typeof UNKNOWN {
  if (value === null || (typeof value === "object" && value !== null)) {
    const found = value === null ? "null" : "a collection";
    throw new Error(`${of}.${attribute} is ${found} and cannot stand inside a string`);
  }
  return value as string | number | boolean | typeof UNKNOWN;
}
