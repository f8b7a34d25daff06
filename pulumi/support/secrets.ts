// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";

/** Secrets by the outputs that they were made from, and by themselves: of one output there is one secret. */
const SECRETS = new WeakMap<object, pulumi.Output<string>>();

/** The value as a secret. */
export function asSecret(value: pulumi.Input<string>): pulumi.Output<string> {
  const existing = typeof value === "object" ? SECRETS.get(value) : undefined;
  if (existing !== undefined) return existing;
  const secret = pulumi.secret(value);
  if (typeof value === "object") SECRETS.set(value, secret);
  SECRETS.set(secret, secret);
  return secret;
}

/** The value as a secret, if there is one. */
export function asSecretIfGiven(value: pulumi.Input<string> | undefined): pulumi.Output<string> | undefined {
  return value === undefined ? undefined : asSecret(value);
}
