// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { withoutTailscaleSecrets } from "../../contract/index.js";

/**
 * A component was given something it cannot work with. The message names the component's class and name, the argument,
 * the rule and the value, which is left out where it may be a secret:
 * `TailnetContext 'tailnet': name must not be empty, but "" was given`.
 *
 * Pulumi prints the message alone, without a stack.
 */
export class ValidationError extends pulumi.RunError {
  constructor(component: string, name: string, problem: string) {
    // Whatever the argument: a secret may have been put where it does not belong.
    super(withoutTailscaleSecrets(`${component} '${name}': ${problem}`));
    this.name = "ValidationError";
  }
}
