// SPDX-License-Identifier: Apache-2.0
// The rules for what users give, for every output that makes a context. A value may be one that nobody knows yet, for
// which an engine has some object of its own: such values keep every rule.

import { isOutOfReach } from "../login/spaces.js";
import { stackLabelProblem, tagProblem } from "../wire/labels.js";
import { holdsTailscaleSecret } from "./secrets.js";

/** A value, or an engine's object for a value that is not known yet. */
export type Given<T> = T | object;

/** A list, known or not, whose elements may not be known either. */
export type GivenList = Given<readonly Given<string>[]>;

/**
 * A rule for a property: says what the value must be, reading on from the property's name, or answers null if the value
 * is that. Values that are not given keep every rule.
 */
export type Rule = (value: unknown) => string | null;

/** The rule that `problem` states for text. */
export function text(problem: (text: string) => string | null): Rule {
  return (value) => (typeof value === "string" ? problem(value) : null);
}

/** The same rule for a property that must be given. Compilers see to that, but not every caller has one. */
export function required(rule: Rule): Rule {
  return (value) => (value === undefined ? "must be given" : rule(value));
}

/** The rule that `problem` states for lists, which text is not; their elements may not be known yet. */
export function list(problem: (values: readonly unknown[]) => string | null): Rule {
  return (value) => {
    if (Array.isArray(value)) return problem(value);
    return value === undefined || typeof value === "object" ? null : "must be a list";
  };
}

/** Holds if the rule holds for every element. */
export function every(rule: Rule): Rule {
  return list((values) => values.map((value) => rule(value)).find((problem) => problem !== null) ?? null);
}

/** Text that is more than blanks. */
export const notEmpty: Rule = text((value) => (value.trim() === "" ? "must not be empty" : null));

/** Text that can be the value of a variable: Spacelift's documentation, "Environment", says that newlines are not supported. */
export const oneLine: Rule = text((value) => (/[\r\n]/.test(value) ? "must not contain a line break" : null));

/** A secret: not empty, and one line, since what is pasted often ends in a line break. */
export const secretText: Rule = (value) => notEmpty(value) ?? oneLine(value);

/** At least one ACL tag, and nothing else. */
export const tags: Rule = list((values) => {
  if (values.length === 0) return "must name at least one tag";
  const problem = every(text(tagProblem))(values);
  return problem === null ? null : `must hold tags, and a tag ${problem}`;
});

/** Labels for the context besides the one that attaches it. */
export const extraLabels: Rule = every(
  text((label) => {
    if (label.startsWith("autoattach:")) return "must not hold autoattach labels: use autoattach or autoattachAll";
    const problem = stackLabelProblem(label);
    return problem === null ? null : `must hold labels, and a label ${problem}`;
  }),
);

/** Source: Tailscale's API reference, "Create an auth key, OAuth client or federated identity", `description`. */
export const tailscaleDescription: Rule = text((value) => {
  if (holdsTailscaleSecret(value)) return "must not hold a secret of Tailscale";
  if (value.length > 50) return "must have at most 50 characters";
  return /^[A-Za-z0-9 -]*$/.test(value) ? null : "must hold only letters, digits, spaces and dashes";
});

/** The URL of a server that others can trust. Source: Tailscale's Terraform provider, `issuer`. */
export const httpsUrl: Rule = text((value) =>
  /^https:\/\/[^\s/?#]+(\/[^\s?#]*)?$/.test(value) ? null : "must be an https:// URL",
);

/** Text that everybody who may see the context can read. */
export const readable: Rule = text((value) =>
  holdsTailscaleSecret(value)
    ? "must not hold a secret of Tailscale: everybody who sees the context can read it"
    : null,
);

/** The id of a space whose stacks a context in another space can reach, as far as the ids tell. */
export function reachableFrom(contextSpace: Given<string> | undefined): Rule {
  const reach = text((space) => {
    const isOut = typeof contextSpace === "string" && isOutOfReach(contextSpace, space);
    return isOut ? `must be within reach of a context in ${contextSpace}` : null;
  });
  return (space) => notEmpty(space) ?? reach(space);
}

/** A problem of a property whose value may be shown, or null if `rule` is null, which means that no rule is broken. */
export function broken(property: string, rule: string | null, given: unknown): string | null {
  const problem = brokenSecret(property, rule);
  return problem === null || given === undefined ? problem : `${problem}, but ${JSON.stringify(given)} was given`;
}

/** A problem of a property whose value must not be shown. */
export function brokenSecret(property: string, rule: string | null): string | null {
  return rule === null ? null : `${property} ${rule}`;
}
