// SPDX-License-Identifier: Apache-2.0
import { Token } from "cdktf";
import { stackLabelProblem, tagProblem } from "../../contract/labels.js";
import { holdsTailscaleSecret } from "../../contract/secrets.js";
import { isOutOfReach } from "../../contract/spaces.js";

/**
 * A rule for a property: says what the value must be, reading on from the property's name, or answers null if the value
 * is that. Values that are not given, and tokens, whose text nobody knows yet, keep every rule.
 */
export type Rule<T> = (value: T | undefined) => string | null;

/** The rule that `problem` states for values which are known. */
export function known<T>(problem: (value: T) => string | null): Rule<T> {
  return (value) => (value === undefined || Token.isUnresolved(value) ? null : problem(value));
}

/** The same rule for a property that must be given. Compilers see to that, but not every caller has one. */
export function required<T>(rule: Rule<T>): Rule<T> {
  return (value) => (value === undefined ? "must be given" : rule(value));
}

/** Holds if the rule holds for every element. */
export function every<T>(rule: Rule<T>): Rule<readonly T[]> {
  return known((values) => values.map((value) => rule(value)).find((problem) => problem !== null) ?? null);
}

/** Text that is more than blanks. */
export const notEmpty: Rule<string> = known((text) => (text.trim() === "" ? "must not be empty" : null));

/** Text that can be the value of a variable: Spacelift's documentation, "Environment", says that newlines are not supported. */
export const oneLine: Rule<string> = known((text) => (/[\r\n]/.test(text) ? "must not contain a line break" : null));

/** A secret: not empty, and one line, since what is pasted often ends in a line break. */
export const secretText: Rule<string> = (text) => notEmpty(text) ?? oneLine(text);

/** At least one ACL tag, and nothing else. */
export const tagList: Rule<readonly string[]> = known((tags) => {
  if (tags.length === 0) return "must name at least one tag";
  const problem = every(known(tagProblem))(tags);
  return problem === null ? null : `must hold tags, and a tag ${problem}`;
});

/**
 * Labels for the context besides the one that attaches it. A token for a whole list cannot take that one: Terraform's
 * functions could join them, but CDKTF does not escape quotes in the arguments of functions.
 */
export const extraLabels: Rule<readonly string[]> = (labels) => {
  if (Token.isUnresolved(labels)) return "must be a list of labels, not a token for a whole list";
  return every(known(extraLabelProblem))(labels);
};

function extraLabelProblem(label: string): string | null {
  if (label.startsWith("autoattach:")) return "must not hold autoattach labels: use autoattach or autoattachAll";
  const problem = stackLabelProblem(label);
  return problem === null ? null : `must hold labels, and a label ${problem}`;
}

/** Source: Tailscale's API reference, "Create an auth key, OAuth client or federated identity", `description`. */
export const tailscaleDescription: Rule<string> = known((text) => {
  if (holdsTailscaleSecret(text)) return "must not hold a secret of Tailscale";
  if (text.length > 50) return "must have at most 50 characters";
  return /^[A-Za-z0-9 -]*$/.test(text) ? null : "must hold only letters, digits, spaces and dashes";
});

/** The URL of a server that others can trust. Source: Tailscale's Terraform provider, `issuer`. */
export const httpsUrl: Rule<string> = known((text) =>
  /^https:\/\/[^\s/?#]+(\/[^\s?#]*)?$/.test(text) ? null : "must be an https:// URL",
);

/** The id of a space whose stacks a context in another space can reach, as far as the ids tell. */
export function reachableFrom(contextSpace: string | undefined): Rule<string> {
  return (space) => {
    const isKnown = contextSpace !== undefined && !Token.isUnresolved(contextSpace);
    const problem = known((id: string) => {
      return isKnown && isOutOfReach(contextSpace, id) ? `must be within reach of a context in ${contextSpace}` : null;
    });
    return notEmpty(space) ?? problem(space);
  };
}
