// SPDX-License-Identifier: Apache-2.0
import type { TailnetAuth } from "../auth/tailnet-auth.js";
import type { TailnetMetaArguments } from "../support/meta-arguments.js";
import type { TailnetFile } from "./tailnet-file.js";
import type { TailnetTunnelOptions } from "./tailnet-tunnel-options.js";

/**
 * Properties of {@link TailnetContext}. Text is taken literally by Terraform, `${` and `%{` included (Spacelift
 * fills in `${NAME}` in the values of variables, though); what Terraform is to fill in comes as a token, such as an attribute of a resource or the value of a Terraform variable.
 */
export interface TailnetContextProps extends TailnetContextOptions {
  /** Name of the context, unique in the account. Spacelift makes the context's id of its first name, for good. */
  readonly name: string;

  /** How runs log in to the tailnet. Exactly one member is given. */
  readonly auth: TailnetAuth;
}

/**
 * All of a context that can be left to its default. The provider is for every resource of the context; what it depends
 * on and its lifecycle are for the context itself, which the other resources depend on.
 */
export interface TailnetContextOptions extends TailnetTunnelOptions, TailnetMetaArguments {
  /**
   * Id of the space that the context lives in. It reaches the stacks of that space and of the spaces that inherit it.
   * @default - the space of the credentials that Terraform uses
   */
  readonly spaceId?: string;

  /**
   * Description of the context.
   * @default - none
   */
  readonly description?: string;

  /**
   * Phases of a run that are on the tailnet: any of init, plan, apply, perform, destroy. Choose init as well when
   * modules, providers or the state backend live on the tailnet.
   * @default ["plan", "apply", "perform", "destroy"]
   */
  readonly phases?: string[];

  /**
   * The label that a stack carries to get the context.
   * @default - made of the name: lower case, with a dash for every run of other characters
   */
  readonly autoattach?: string;

  /**
   * Attach the context to every stack and module it can reach, whatever their labels.
   * @default false
   */
  readonly autoattachAll?: boolean;

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
  readonly environment?: { readonly [name: string]: string };

  /**
   * More variables for the run that nobody can read back, though code of a run can. Give tokens, such as sensitive
   * Terraform variables: plain text would stand in the synthesized JSON. A change replaces the variable.
   * @default - none
   */
  readonly secretEnvironment?: { readonly [name: string]: string };

  /**
   * Files for the run, under /mnt/workspace.
   * @default - none
   */
  readonly files?: TailnetFile[];

  /**
   * Send secrets, those of `auth` and of files among them, by write-only attributes, which Terraform keeps out of its
   * state. They reach Spacelift again when this text changes. Wants Terraform or OpenTofu 1.11 or later; CDK Terrain
   * programs must say so in their `targetVersions`. The secret of a {@link TailnetOAuthClient} is in the state anyway, so
   * it stays an ordinary attribute, by which Terraform sees that it changes.
   * @default - secrets are in the state too, and a change is noticed by itself
   */
  readonly writeOnlyVersion?: string;

  /**
   * Take the tunnel down by an EXIT trap of the phase's shell. Switch it off for stacks whose own hooks set such a trap:
   * then the last hook after a phase takes it down, and after a failed phase the tunnel's supervisor.
   * @default true
   */
  readonly exitTrap?: boolean;

  /**
   * The runner image that stacks are to use. Spacelift keeps the image on the stack, so this is only handed on.
   * @default - the image of this version in runnerRegistry, if that is given
   */
  readonly runnerImage?: string;

  /**
   * Registry and namespace that the image was pushed to as `runner-tailnet`, such as `ghcr.io/acme`.
   * @default - none
   */
  readonly runnerRegistry?: string;

  /**
   * More labels of the context, to find it by.
   * @default - none
   */
  readonly labels?: string[];
}
