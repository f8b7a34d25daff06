// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { problem } from "../../contract/index.js";
import { check } from "../support/checked.js";

/** Names of contexts by program: a process can run several, as Pulumi's automation API does. */
const NAMES = new WeakMap<pulumi.Resource, Set<string>>();

/** Names are unique in an account. A context with a provider of its own may be in another account. */
export function checkName(component: string, name: string, given: pulumi.Input<string>, provider: unknown): void {
  const program = pulumi.runtime.getStackResource();
  if (program === undefined || typeof given !== "string" || provider !== undefined) return;
  const names = NAMES.get(program) ?? new Set();
  NAMES.set(program, names);
  if (names.has(given)) {
    check(component, name, [problem("name", "must be unique in the account, so no two contexts can have it", given)]);
  }
  names.add(given);
}
