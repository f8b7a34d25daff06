// SPDX-License-Identifier: Apache-2.0
import type { Input } from "../context/texts.js";
import { block, Expression } from "./hcl.js";

/** A condition in Terraform, and the message if it is not met. */
export type Condition = readonly [condition: string, message: string];

/** What must be true of what is given for an input. The contract's rules say the same. */
export function inputConditions({ id, variable }: Input): Condition[] {
  const value = `var.${id}`;
  // Files have lines.
  const isFile = variable === "";
  const conditions: Condition[] = [
    isFile
      ? [`${value} != ""`, `${id} must not be empty.`]
      : [
          `trimspace(${value}) != "" && !can(regex("[\\r\\n]", ${value}))`,
          `${id} must not be empty, and must be one line.`,
        ],
  ];
  const other = OTHER_KEYS[variable];
  if (other !== undefined) conditions.push([`!startswith(${value}, "${other[0]}")`, `${id} ${other[1]}.`]);
  return conditions;
}

/**
 * The conditions of a secret, as a block of the resource that gets it.
 *
 * They are not validations of the variable: Terraform prints the value that fails one unless the caller's expression is
 * sensitive, which `file("key.pem")` is not. In a resource it knows the value as that of a sensitive variable.
 */
export function preconditions(conditions: readonly Condition[]): string[] {
  const blocks = conditions.map(([condition, error_message]) =>
    block("precondition", [], { condition: new Expression(condition), error_message }),
  );
  return blocks.length === 0 ? [] : [block("lifecycle", [], {}, blocks)];
}

/** How secrets begin that are often taken for one another, by what they are no good for. */
const OTHER_KEYS: Readonly<Record<string, readonly [prefix: string, message: string]>> = {
  TS_OAUTH_CLIENT_SECRET: ["tskey-auth-", "must be the secret of an OAuth client, not an auth key"],
  TS_AUTHKEY: ["tskey-client-", "must be an auth key, not the secret of an OAuth client"],
};
