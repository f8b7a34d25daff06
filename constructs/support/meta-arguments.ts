// SPDX-License-Identifier: Apache-2.0
import type { ITerraformDependable, TerraformProvider, TerraformResourceLifecycle } from "cdktf";
import { type Defined, defined } from "./literal.js";

/** Terraform's meta-arguments, passed on to the resource that a construct is about. */
export interface TailnetMetaArguments {
  /**
   * The provider to use, if a program has several of that kind.
   * @default - the only one that the stack has
   */
  readonly provider?: TerraformProvider;

  /**
   * What must exist before the resource. The engines drop dependencies that are declared between constructs, so they
   * are given here.
   * @default - what the resource refers to
   */
  readonly dependsOn?: ITerraformDependable[];

  /**
   * How Terraform treats the resource over time, such as `{ preventDestroy: true }`.
   * @default - none
   */
  readonly lifecycle?: TerraformResourceLifecycle;
}

/** The meta-arguments among properties, as a resource takes them. */
export function metaArguments({ provider, dependsOn, lifecycle }: TailnetMetaArguments): Defined<TailnetMetaArguments> {
  return defined({ provider, dependsOn, lifecycle });
}
