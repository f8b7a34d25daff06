// SPDX-License-Identifier: Apache-2.0
import type * as pulumi from "@pulumi/pulumi";
import { type ContextVariable, contextVariables } from "../../contract/context/index.js";
import { joined, made } from "../support/inputs.js";
import type { TailnetContextArgs } from "./tailnet-context-args.js";

/** All variables of a context, as far as it can be seen yet which there are. */
export function variablesOf(args: TailnetContextArgs): ContextVariable<pulumi.Input<string>>[] {
  return contextVariables(TEXTS, args);
}

const TEXTS = {
  joined,
  prefixed: (prefix: string, value: pulumi.Input<string> | pulumi.Input<boolean>): pulumi.Input<string> =>
    prefix === "" && typeof value === "string" ? value : made(value, (known) => `${prefix}${known}`),
};
