// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { problem } from "../../contract/index.js";
import { check } from "../support/checked.js";

/**
 * Names of contexts by their provider, which serves one account, or else by program: a process can run several, as
 * Pulumi's automation API does.
 */
const NAMES = new WeakMap<pulumi.Resource, Set<string>>();

/** Names are unique in an account. */
export function checkName(
  className: string,
  name: string,
  context: pulumi.Resource,
  given: pulumi.Input<string>,
): void {
  const account = context.getProvider("spacelift:index/context:Context") ?? pulumi.runtime.getStackResource();
  if (account === undefined || typeof given !== "string") return;
  const names = NAMES.get(account) ?? new Set();
  NAMES.set(account, names);
  if (names.has(given)) {
    check(className, name, [problem("name", "must be unique in the account, so no two contexts can have it", given)]);
  }
  names.add(given);
}
