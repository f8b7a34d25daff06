// SPDX-License-Identifier: Apache-2.0
import type * as pulumi from "@pulumi/pulumi";

/** An environment variable of the context. */
export interface ContextVariable {
  readonly name: string;
  readonly value: pulumi.Input<string>;
  /** True if nobody may read it back. */
  readonly secret: boolean;
}

/** Variables by name, as users give them. */
export type Variables = Readonly<Record<string, pulumi.Input<string>>>;

/** Variables as the user gave them. */
export function ownVariables(environment: Variables, secret: boolean): ContextVariable[] {
  return Object.entries(environment).map(([name, value]) => ({ name, value, secret }));
}
