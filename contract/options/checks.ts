// SPDX-License-Identifier: Apache-2.0
// Rules for texts that only libraries check. Those that the executable has too are in contract/wire.
import { accountProblem, idPatternProblem, RUN_TYPES, TOKEN_SCOPES } from "../login/federation.js";
import { grantPortProblem, grantTargetProblem } from "../login/policy.js";
import type { Check } from "../wire/checks.js";
import { authKey, clientId, isFile, secretAttributes } from "../wire/credentials.js";
import { findVariable } from "../wire/environment.js";
import { stackLabelProblem, tagProblem } from "../wire/labels.js";
import type { ListCheck } from "./option.js";
import { secretIn } from "./secrets.js";

/** Source: Tailscale's documentation, "Key prefixes". */
const API_TOKEN = "tskey-api-";

/** More than blanks. */
export const notEmpty: Check = (text) => (text.trim() === "" ? "must not be empty" : null);

/**
 * What can be a variable's value: no environment holds a NUL character. Source: Spacelift's documentation,
 * "Environment": newlines are not supported.
 */
export const oneLine: Check = (text) => {
  if (text.includes("\0")) return "must not contain a NUL character";
  return /[\r\n]/.test(text) ? "must not contain a line break" : null;
};

/** A secret: not empty, and one line, since what is pasted often ends in a line break. */
export const secretText: Check = (text) => notEmpty(text) ?? oneLine(text);

/** An identifier or a credential, which has no blanks around it. What is pasted often has. */
export const identifier: Check = (text) => {
  return notEmpty(text) ?? oneLine(text) ?? (text.trim() === text ? null : "must not begin or end with a blank");
};

/** An auth key, not another secret of Tailscale. */
export const authKeyText: Check = (text) => {
  if (text.startsWith(API_TOKEN)) return "must be an auth key, not an API access token";
  if (authKey(text) === null) return identifier(text);
  return "must be an auth key: the secret of an OAuth client belongs in auth.oauthSecret.clientSecret";
};

/** The secret of an OAuth client, not another secret of Tailscale. */
export const clientSecretText: Check = (text) => {
  if (text.startsWith(API_TOKEN)) return "must be the secret of an OAuth client, not an API access token";
  if (text.startsWith("tskey-auth-")) {
    return "must be the secret of an OAuth client: an auth key belongs in auth.authKey";
  }
  return identifier(text) ?? (isFile(text) ? null : secretAttributes(text).problem);
};

/** The ID of an OAuth client or federated identity. */
export const clientIdText: Check = (text) => identifier(text) ?? clientId(text);

/** A label for the context besides those that attach it. */
export const extraLabel: Check = (label) =>
  label.startsWith("autoattach:")
    ? "must not be an autoattach label: use autoattach, autoattachLabels or autoattachAll"
    : stackLabelProblem(label);

/** Source: Tailscale's API reference, "Create an auth key, OAuth client or federated identity", `description`. */
export const tailscaleDescription: Check = (text) => {
  if (text.length > 50) return "must have at most 50 characters";
  return /^[A-Za-z0-9 -]*$/.test(text) ? null : "must contain only letters, digits, spaces and dashes";
};

/** The URL of a server that others can trust. Source: Tailscale's Terraform provider, `issuer`. */
export const httpsUrl: Check = (text) =>
  /^https:\/\/[^\s/?#]+(\/[^\s?#]*)?$/.test(text) ? null : "must be an https:// URL";

/** The name of a variable that the user chose. What the executable reads has an option instead. */
export const variableName: Check = (name) => {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return "must have a name of letters, digits and underscores that does not begin with a digit";
  }
  // Children of the construct are called like their variables, and this name belongs to the context.
  if (name === "Resource" || name === "__proto__") return "must not have this name, which is reserved";
  // A value in the place of its name would be shown wherever the name is.
  const secret = secretIn(name);
  if (secret !== null) return `must not contain ${secret} in its name`;
  const variable = findVariable(nameInRun(name));
  // Some variables concern hosts that stay, or the worker, whose settings are not a context's.
  return variable === undefined || variable.options.length === 0
    ? null
    : `must not be set here: use ${oneOfAll(variable.options)}`;
};

/** Words as a sentence lists them: `a, b or c`. */
export function oneOfAll(words: readonly string[]): string {
  const last = words.slice(-1);
  return [words.slice(0, -1).join(", "), ...last].filter((one) => one !== "").join(" or ");
}

/**
 * What a run calls a variable: `ro_NAME` and `wo_NAME` are both NAME there. Source: Spacelift's documentation,
 * "Environment".
 */
export function nameInRun(name: string): string {
  return /^[rw]o_/.test(name) ? name.slice(3) : name;
}

/** One of the given words. */
export function oneOf(words: readonly string[]): Check {
  return (text) => (words.includes(text) ? null : `must be one of ${words.join(", ")}`);
}

export const runType = oneOf(RUN_TYPES);
export const tokenScope = oneOf(TOKEN_SCOPES);
export const account: Check = (text) => accountProblem(text);
export const idPattern: Check = (text) => idPatternProblem(text);
export const tag: Check = (text) => tagProblem(text);
export const grantTarget: Check = (text) => notEmpty(text) ?? grantTargetProblem(text);
export const grantPort: Check = (text) => notEmpty(text) ?? grantPortProblem(text);

/** At least one element. */
export function atLeastOne(what: string): ListCheck {
  return (list) => (list.length === 0 ? `must name at least one ${what}` : null);
}
