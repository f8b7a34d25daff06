// SPDX-License-Identifier: Apache-2.0
import type * as pulumi from "@pulumi/pulumi";
import type { Phase } from "../../contract/context/types.js";
import type { TailnetAuth } from "../auth/tailnet-auth.js";
import type * as list from "../support/list-types.js";
import type { TextsInput, WordsInput } from "../support/list-types.js";
import type { TailnetAttachment } from "./tailnet-attachment.js";
import type { TailnetFile } from "./tailnet-file.js";
import type { TailnetHook } from "./tailnet-hook.js";
import type { TailnetTunnelArgs } from "./tailnet-tunnel-args.js";

/** Arguments of {@link TailnetContext}. */
export interface TailnetContextArgs extends TailnetContextOptions {
  /** Name of the context, unique in the account. Spacelift derives the context's ID from its first name only. */
  readonly name: pulumi.Input<string>;

  /** How runs log in to the tailnet; exactly one member is given. */
  readonly auth: TailnetAuth;
}

/** Everything about a context that has a default. */
export interface TailnetContextOptions extends TailnetTunnelArgs {
  /**
   * ID of the space that the context is in; it reaches stacks of that space and below. Removing it later has no
   * effect: Spacelift leaves the context where it is.
   * @default - the space of the provider's credentials
   */
  readonly spaceId?: pulumi.Input<string>;

  /**
   * Description of the context.
   * @default "Puts runs on a Tailscale tailnet, with spacetail"
   */
  readonly description?: pulumi.Input<string>;

  /**
   * Phases of a run that are on the tailnet: any of init, plan, apply, perform, destroy. Include init if modules,
   * providers or the state backend are on the tailnet.
   * @default ["plan","apply","perform","destroy"]
   */
  readonly phases?: WordsInput<Phase>;

  /**
   * The label that a stack carries to get the context.
   * @default - derived from the name: lower case, with a dash for each sequence of other characters
   */
  readonly autoattach?: pulumi.Input<string>;

  /**
   * Several labels, any of which gives a stack the context; an empty list attaches it by ID only. Use it instead of
   * autoattach.
   * @default - the label of autoattach
   */
  readonly autoattachLabels?: TextsInput;

  /**
   * Attach the context to every stack and module that it can reach.
   * @default false
   */
  readonly autoattachAll?: boolean;

  /**
   * Stacks and modules to attach the context to by ID. A context attached by ID is outside of all contexts attached by
   * label.
   * @default - none
   */
  readonly attachments?: list.Array<TailnetAttachment>;

  /**
   * Make the context the outermost of all attached by label, with a name that begins with `zzzzz-`. Hooks of the other
   * contexts then run inside the tunnel. Contexts attached by ID stay outside of it. The order is that of Spacelift's
   * documentation; the log of a run shows it: the hooks of this context should come first.
   * @default false
   */
  readonly outermost?: boolean;

  /**
   * More variables for the run, which everyone who can see the context can read. A change replaces the variable.
   * Spacelift's worker replaces `${NAME}` in values with the run's variable of that name, in secret variables too.
   * @default - none
   */
  readonly environment?: { readonly [name: string]: pulumi.Input<string> };

  /**
   * More variables for the run that cannot be read back, though code of a run can read them. They are secrets, however
   * they are given. A change replaces the variable.
   * @default - none
   */
  readonly secretEnvironment?: { readonly [name: string]: pulumi.Input<string> };

  /**
   * Files for the run, under /mnt/workspace.
   * @default - none
   */
  readonly files?: list.Array<TailnetFile>;

  /**
   * More hooks before a phase, inside the tunnel unless `outsideTunnel` is true. They keep their order.
   * @default - none
   */
  readonly beforeHooks?: list.Array<TailnetHook>;

  /**
   * More hooks after a phase that passed, inside the tunnel unless `outsideTunnel` is true. They keep their order.
   * @default - none
   */
  readonly afterHooks?: list.Array<TailnetHook>;

  /**
   * Take the tunnel down with an EXIT trap of the phase's shell. Set it to false for stacks whose own hooks set such a
   * trap: then the last hook after a phase takes the tunnel down, and after a failed phase the tunnel's supervisor
   * does.
   * @default true
   */
  readonly exitTrap?: pulumi.Input<boolean>;

  /**
   * How the executables get into a run: image or fetch. With image, the runner image includes them. With fetch, the
   * first hooks of every phase download them, verify them, and put them first on PATH, in any runner image.
   * @default "image"
   */
  readonly delivery?: string;

  /**
   * URL of the folder that runs fetch the executables from. The names of the files in it are those of a release.
   * @default - the release of this version
   */
  readonly fetchUrl?: string;

  /**
   * SHA-256 of each executable in that folder, uncompressed. Names are `spacetail-linux-amd64`,
   * `tailscaled-linux-amd64`, and the same for arm64.
   * @default - those of the release of this version
   */
  readonly fetchSums?: { readonly [name: string]: string };

  /**
   * The runner image that stacks should use, which a context cannot set. Spacelift takes the image from the stack, so
   * this value is only passed on.
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
  readonly labels?: TextsInput;
}
