// SPDX-License-Identifier: Apache-2.0
import { holdsTailscaleSecret, REDACTED, withoutTailscaleSecrets } from "../wire/secrets.js";

/** What secrets of other makers than Tailscale look like, so that one in the wrong place is noticed. */
const SECRETS: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  // Source: GitHub's documentation, "About authentication to GitHub", token formats.
  { what: "a GitHub token", pattern: /\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/g },
  // Source: GitLab's documentation, "Token overview", token prefixes.
  { what: "a GitLab token", pattern: /\bgl(pat|ptt|rt|dt|cbt)-[\w-]{20,}/g },
  // Source: AWS's documentation, "IAM identifiers", unique ID prefixes.
  { what: "an AWS access key", pattern: /\b(AKIA|ASIA)[A-Z0-9]{16}\b/g },
  // Source: Slack's documentation, "Tokens".
  { what: "a Slack token", pattern: /\bxox[abeoprs]-[\w-]{10,}/g },
  // Source: HashiCorp Vault's documentation, "Tokens", token prefixes.
  { what: "a Vault token", pattern: /\bhv[sbr]\.[\w-]{20,}/g },
  // Source: RFC 7468.
  {
    what: "a private key",
    pattern: /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
  },
  // A header and a payload, which are JSON objects in Base64url. Source: RFC 7519.
  { what: "a JSON Web Token", pattern: /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*/g },
];

/**
 * Which kind of secret the text contains, such as `a GitHub token`; null if it contains none that can be recognized.
 */
export function secretIn(text: string): string | null {
  if (holdsTailscaleSecret(text)) return "a Tailscale secret";
  return SECRETS.find(({ pattern }) => text.search(pattern) >= 0)?.what ?? null;
}

/** The text with `[secret]` in place of whatever looks like a secret, for messages. */
export function withoutSecrets(text: string): string {
  return SECRETS.reduce((masked, { pattern }) => masked.replace(pattern, REDACTED), withoutTailscaleSecrets(text));
}
