// SPDX-License-Identifier: Apache-2.0

/**
 * True if the text holds what looks like a secret of Tailscale or headscale: an auth key, the secret of an OAuth client,
 * an API token. Source: Tailscale's documentation, "Key prefixes".
 */
export function holdsTailscaleSecret(text: string): boolean {
  return /(tskey|hskey)-[A-Za-z0-9]/.test(text);
}

/** The text with `[secret]` in place of whatever looks like a secret of Tailscale, for messages. */
export function withoutTailscaleSecrets(text: string): string {
  return text.replace(/(tskey|hskey)-[A-Za-z0-9][\w-]*/g, "[secret]");
}
