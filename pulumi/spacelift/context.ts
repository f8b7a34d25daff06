// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { packageReference } from "./package-reference.js";

/** Arguments of {@link Context}. Names of lists are plural, as Pulumi makes them. */
export interface ContextArgs {
  /** Name of the context, unique in the account. */
  readonly name: pulumi.Input<string>;
  readonly description?: pulumi.Input<string>;
  /** Id of the space that the context lives in. */
  readonly spaceId?: pulumi.Input<string>;
  readonly labels?: pulumi.Input<pulumi.Input<string>[]>;
  readonly beforeInits?: pulumi.Input<pulumi.Input<string>[]>;
  readonly afterInits?: pulumi.Input<pulumi.Input<string>[]>;
  readonly beforePlans?: pulumi.Input<pulumi.Input<string>[]>;
  readonly afterPlans?: pulumi.Input<pulumi.Input<string>[]>;
  readonly beforeApplies?: pulumi.Input<pulumi.Input<string>[]>;
  readonly afterApplies?: pulumi.Input<pulumi.Input<string>[]>;
  readonly beforePerforms?: pulumi.Input<pulumi.Input<string>[]>;
  readonly afterPerforms?: pulumi.Input<pulumi.Input<string>[]>;
  readonly beforeDestroys?: pulumi.Input<pulumi.Input<string>[]>;
  readonly afterDestroys?: pulumi.Input<pulumi.Input<string>[]>;
  readonly afterRuns?: pulumi.Input<pulumi.Input<string>[]>;
}

/** A `spacelift_context`: environment, files and hooks that stacks share. */
export class Context extends pulumi.CustomResource {
  declare public readonly name: pulumi.Output<string>;
  declare public readonly description: pulumi.Output<string | undefined>;
  declare public readonly spaceId: pulumi.Output<string>;
  declare public readonly labels: pulumi.Output<string[] | undefined>;
  declare public readonly beforeInits: pulumi.Output<string[] | undefined>;
  declare public readonly afterInits: pulumi.Output<string[] | undefined>;
  declare public readonly beforePlans: pulumi.Output<string[] | undefined>;
  declare public readonly afterPlans: pulumi.Output<string[] | undefined>;
  declare public readonly beforeApplies: pulumi.Output<string[] | undefined>;
  declare public readonly afterApplies: pulumi.Output<string[] | undefined>;
  declare public readonly beforePerforms: pulumi.Output<string[] | undefined>;
  declare public readonly afterPerforms: pulumi.Output<string[] | undefined>;
  declare public readonly beforeDestroys: pulumi.Output<string[] | undefined>;
  declare public readonly afterDestroys: pulumi.Output<string[] | undefined>;
  declare public readonly afterRuns: pulumi.Output<string[] | undefined>;

  constructor(name: string, args: ContextArgs, options?: pulumi.CustomResourceOptions) {
    const properties: Record<keyof ContextArgs, unknown> = {
      name: args.name,
      description: args.description,
      spaceId: args.spaceId,
      labels: args.labels,
      beforeInits: args.beforeInits,
      afterInits: args.afterInits,
      beforePlans: args.beforePlans,
      afterPlans: args.afterPlans,
      beforeApplies: args.beforeApplies,
      afterApplies: args.afterApplies,
      beforePerforms: args.beforePerforms,
      afterPerforms: args.afterPerforms,
      beforeDestroys: args.beforeDestroys,
      afterDestroys: args.afterDestroys,
      afterRuns: args.afterRuns,
    };
    super("spacelift:index/context:Context", name, properties, options, false, packageReference());
  }
}
