// SPDX-License-Identifier: Apache-2.0

/** Marks values that are more than JSON in Pulumi's wire format. Source: Pulumi's developer docs, "Property values". */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What nobody knows yet. */
export const UNKNOWN = "(unknown)";

/** A secret as the tests see it. */
export interface Secret {
  readonly secret: unknown;
}

/** A value of the wire format, with `(unknown)` and `{ secret }` for what is that. */
export function decode(value: unknown): unknown {
  if (value === UNKNOWN_TEXT) return UNKNOWN;
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== "object" || value === null) return value;
  const members = value as Record<string, unknown>;
  if (members[SIGNATURE] === SECRET) return { secret: decode(members.value) };
  if (members[SIGNATURE] === RESOURCE) return { resource: members.urn };
  if (members[SIGNATURE] === OUTPUT) {
    const known = "value" in members ? decode(members.value) : UNKNOWN;
    return members.secret === true ? { secret: known } : known;
  }
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, decode(member)]));
}

/** A value of the wire format with outputs for all that is secret or unknown, as the engine hands it to plugins. */
export function upgraded(value: unknown): unknown {
  if (value === UNKNOWN_TEXT) return output({});
  if (Array.isArray(value)) return value.map(upgraded);
  if (typeof value !== "object" || value === null) return value;
  const members = value as Record<string, unknown>;
  if (members[SIGNATURE] === SECRET) return output({ value: members.value, secret: true });
  if (SIGNATURE in members) return value;
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, upgraded(member)]));
}

/** A secret in the wire format. */
export function secret(value: unknown): unknown {
  return { [SIGNATURE]: SECRET, value };
}

/** An output in the wire format; without a value it is not known yet. */
export function output(options: { readonly value?: unknown; readonly secret?: boolean }): unknown {
  return { [SIGNATURE]: OUTPUT, ...options };
}
