// SPDX-License-Identifier: Apache-2.0
import { consistsOf, DIGITS, LETTERS } from "./characters.js";

const AUTOATTACH = "autoattach:";

/** The context label that attaches a context to every stack and module it can reach. */
export const AUTOATTACH_ALL = "autoattach:*";

/**
 * The context label that attaches a context to every stack and module which carries `stackLabel`.
 * The prefix goes on the context only; the stack carries the plain label.
 * Source: Spacelift's documentation, "Contexts", Auto-attach.
 */
export function autoattachLabel(stackLabel: string): string {
  return AUTOATTACH + stackLabel;
}

/** What is wrong with a label for stacks, or null if it is fine. */
export function stackLabelProblem(label: string): string | null {
  if (label === "") return "must not be empty";
  if (label.trim() !== label) return "must not begin or end with a blank";
  if (label.startsWith(AUTOATTACH))
    return `must be the plain label: the "${AUTOATTACH}" prefix goes on the context only`;
  if (label.includes("*")) return 'must not contain "*": use autoattachAll to attach everywhere';
  if (label.split("").some((char) => char.charCodeAt(0) < 32 || char === "\u007f"))
    return "must not contain control characters";
  return null;
}

/**
 * The label derived from a context name: lower case, with a dash for each sequence of other characters.
 * `Tailnet (prod)` becomes `tailnet-prod`.
 *
 * @returns an empty string if the name contains no letter or digit
 */
export function labelFromName(name: string): string {
  return slug(name);
}

/**
 * A DNS label from any text, in the form Tailscale requires of host names: lower-case letters, digits and single
 * dashes, at most 63 characters, no dash at either end.
 *
 * @returns an empty string if the text contains no letter or digit
 */
export function dnsLabel(text: string): string {
  return slug(slug(text).slice(0, 63));
}

/** What is wrong with an ACL tag, or null. Source: tailscale.com/tailcfg, CheckTag. */
export function tagProblem(tag: string): string | null {
  if (!tag.startsWith("tag:")) return 'must begin with "tag:"';
  const name = tag.slice("tag:".length);
  if (name === "") return 'must have a name after "tag:"';
  if (!LETTERS.includes(name.charAt(0))) return 'must have a letter after "tag:"';
  if (!consistsOf(name, `${LETTERS}${DIGITS}-`)) return "must contain only letters, digits and dashes";
  return null;
}

function slug(text: string): string {
  let out = "";
  for (const char of text.toLowerCase()) {
    const keep = (char >= "a" && char <= "z") || (char >= "0" && char <= "9");
    if (keep) out += char;
    else if (out !== "" && !out.endsWith("-")) out += "-";
  }
  return out.endsWith("-") ? out.slice(0, -1) : out;
}
