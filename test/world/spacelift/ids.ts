// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from "node:crypto";

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A new ULID: 10 characters of time in milliseconds, 16 of randomness, as Spacelift's attachment and run ids are. */
export function ulid(now: number = Date.now()): string {
  let time = "";
  for (let rest = now, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) time = CROCKFORD.charAt(rest % 32) + time;
  const random = Array.from(randomBytes(16), (byte) => CROCKFORD.charAt(byte % 32)).join("");
  return time + random;
}

/**
 * The slug Spacelift derives from a name: lower case, every run of other characters one hyphen, none at the ends.
 *
 * @throws when nothing is left of the name.
 */
export function slug(kind: string, name: string): string {
  const made = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  if (made === "") throw new Error(`${kind} name ${JSON.stringify(name)} must contain a letter or a digit`);
  return made;
}

/**
 * A label set without repetitions, in the order given.
 *
 * @throws when a label is empty, as the provider and the API do.
 */
export function labelSet(owner: string, labels: readonly string[]): readonly string[] {
  if (labels.includes("")) throw new Error(`${owner}: labels must not contain an empty string`);
  return [...new Set(labels)];
}
