// SPDX-License-Identifier: Apache-2.0
import type { TailnetAuth } from "../auth/tailnet-auth.js";
import type { TailnetTunnelOptions } from "./tailnet-tunnel-options.js";

/**
 * Properties of {@link TailnetContext}. Text is taken literally, `${` and `%{` included; what Terraform is to fill in
 * comes as a token, such as an attribute of a resource or the value of a Terraform variable.
 */
export interface TailnetContextProps extends TailnetContextOptions {
  /** Name of the context, unique in the account. */
  readonly name: string;

  /** How runs log in to the tailnet. Exactly one member is given. */
  readonly auth: TailnetAuth;
}

/** All of a context that can be left to its default. */
export interface TailnetContextOptions extends TailnetTunnelOptions {
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
   * More variables for the run, which everybody who may see the context can read. A change replaces the variable.
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
   * Take the tunnel down by an EXIT trap of the phase's shell. Switch it off for stacks whose own hooks set such a trap:
   * then the last hook after a phase takes it down, and after a failed phase the tunnel's supervisor.
   * @default true
   */
  readonly exitTrap?: boolean;

  /**
   * The runner image that stacks are to use. Spacelift keeps the image on the stack, so this is only handed on.
   * @default - none
   */
  readonly runnerImage?: string;

  /**
   * More labels of the context, to find it by.
   * @default - none
   */
  readonly labels?: string[];
}
