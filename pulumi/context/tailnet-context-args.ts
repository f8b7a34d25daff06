// SPDX-License-Identifier: Apache-2.0
import type * as pulumi from "@pulumi/pulumi";
import type { TailnetAuth } from "../auth/tailnet-auth.js";
import type { TailnetAttachment } from "./context-attachments.js";
import type { TailnetHook } from "./context-hooks.js";
import type { TailnetFile } from "./tailnet-file.js";
import type { TailnetTunnelArgs } from "./tailnet-tunnel-args.js";

/** Arguments of {@link TailnetContext}. */
export interface TailnetContextArgs extends TailnetContextOptions {
  /** Name of the context, unique in the account. */
  readonly name: pulumi.Input<string>;

  /** How runs log in to the tailnet. Exactly one member is given. */
  readonly auth: TailnetAuth;
}

/** All of a context that can be left to its default. */
export interface TailnetContextOptions extends TailnetTunnelArgs {
  /**
   * Id of the space that the context lives in. It reaches the stacks of that space and of the spaces that inherit it.
   * @default - the space of the credentials that Pulumi uses
   */
  readonly spaceId?: pulumi.Input<string>;

  /**
   * Description of the context.
   * @default - none
   */
  readonly description?: pulumi.Input<string>;

  /**
   * Phases of a run that are on the tailnet: any of init, plan, apply, perform, destroy. Choose init as well when
   * modules, providers or the state backend live on the tailnet.
   * @default ["plan", "apply", "perform", "destroy"]
   */
  readonly phases?: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * The label that a stack carries to get the context.
   * @default - made of the name: lower case, with a dash for every run of other characters
   */
  readonly autoattach?: pulumi.Input<string>;

  /**
   * Attach the context to every stack and module it can reach, whatever their labels.
   * @default false
   */
  readonly autoattachAll?: boolean;

  /**
   * Stacks and modules to attach the context to, whatever their labels.
   * @default - none
   */
  readonly attachments?: TailnetAttachment[];

  /**
   * Put the context around all others that are attached by label, so that their hooks run inside the tunnel, by
   * beginning its name with `zzzzz-`. Contexts that are attached explicitly are around it all the same. The order is
   * that of Spacelift's documentation; the log of a run shows it, where the hooks of this context are to come first.
   * @default false
   */
  readonly outermost?: boolean;

  /**
   * More variables for the run, which everybody who may see the context can read. A change replaces the variable.
   * Spacelift's worker puts the variables of the run in place of `${NAME}`, in secret variables too: a value with the
   * name of one in it does not arrive as it was written.
   * @default - none
   */
  readonly environment?: { readonly [name: string]: pulumi.Input<string> };

  /**
   * More variables for the run that nobody can read back, though code of a run can. They are secrets, however they are
   * given. A change replaces the variable.
   * @default - none
   */
  readonly secretEnvironment?: { readonly [name: string]: pulumi.Input<string> };

  /**
   * Files for the run, under /mnt/workspace.
   * @default - none
   */
  readonly files?: TailnetFile[];

  /**
   * Hooks of your own before a phase, which are in the tunnel unless they say otherwise. They keep their order.
   * @default - none
   */
  readonly beforeHooks?: TailnetHook[];

  /**
   * Hooks of your own after a phase that passed, which are in the tunnel unless they say otherwise. They keep their order.
   * @default - none
   */
  readonly afterHooks?: TailnetHook[];

  /**
   * Take the tunnel down by an EXIT trap of the phase's shell. Switch it off for stacks whose own hooks set such a trap:
   * then the last hook after a phase takes it down, and after a failed phase the tunnel's supervisor.
   * @default true
   */
  readonly exitTrap?: pulumi.Input<boolean>;

  /**
   * The runner image that stacks are to use. Spacelift keeps the image on the stack, so this is only handed on.
   * @default - the image of this version in runnerRegistry, if that is given
   */
  readonly runnerImage?: pulumi.Input<string>;

  /**
   * Registry and namespace that the image was pushed to as `runner-tailnet`, such as `ghcr.io/acme`.
   * @default - none
   */
  readonly runnerRegistry?: pulumi.Input<string>;

  /**
   * More labels of the context, to find it by.
   * @default - none
   */
  readonly labels?: pulumi.Input<pulumi.Input<string>[]>;
}
