// SPDX-License-Identifier: Apache-2.0

/** A value of the configuration while it is planned: JSON, or not known before something is created. */
export type Value =
  | string
  | number
  | boolean
  | null
  | typeof UNKNOWN
  | readonly Value[]
  | { readonly [key: string]: Value };

/** Stands for what only the creation of a resource will tell, like an id. */
export const UNKNOWN = Symbol("known after apply");

/**
 * What is referred to: `spacelift_context.tailnet.id`, `data.spacelift_role.admin.id`, `var.secret`, `module.net.id`.
 */
export interface Reference {
  /** The part before the last dot: an address, `var`, `local` or `module.<name>`. */
  readonly of: string;
  /** The attribute, the output, or the name of the variable or local value. */
  readonly attribute: string;
}

/** An expression of Terraform's language, as far as this loader can evaluate it. */
export type Expression =
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  | { readonly kind: "template"; readonly parts: Template }
  | { readonly kind: "reference"; readonly reference: Reference }
  | { readonly kind: "element"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: "list"; readonly elements: readonly Expression[] }
  | { readonly kind: "object"; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: "for"; readonly name: string; readonly list: Expression; readonly result: Expression }
  | { readonly kind: "not"; readonly operand: Expression }
  | { readonly kind: "operation"; readonly operator: Operator; readonly operands: readonly [Expression, Expression] }
  | { readonly kind: "choice"; readonly branches: readonly [Expression, Expression, Expression] };

/** A string of Terraform, taken apart: text as it is meant, and interpolations. */
export type Template = readonly (string | Expression)[];

/** From the weakest to the strongest, those of one strength together. */
export const OPERATORS = [["||"], ["&&"], ["==", "!="], ["<", "<=", ">", ">="]] as const;

export type Operator = (typeof OPERATORS)[number][number];

/** Whether a value is unknown, or has something unknown in it. */
export function hasUnknown(value: Value): boolean {
  if (value === UNKNOWN) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(hasUnknown);
}
