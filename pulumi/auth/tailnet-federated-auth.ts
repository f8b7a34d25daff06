// SPDX-License-Identifier: Apache-2.0
import type * as pulumi from "@pulumi/pulumi";
import { type Given, given, untold } from "../support/inputs.js";

/**
 * Login by the token that Spacelift gives each run, without a secret: by one identity, or by one for applying and
 * another for all else, so that plans and applies have different tags.
 */
export interface TailnetFederatedAuth {
  /**
   * The identity of every phase.
   * @default - read and write are given
   */
  readonly identity?: TailnetIdentity;

  /**
   * The identity of every phase but applying. It must trust tokens of both scopes for stacks that deploy by themselves
   * and for tasks: their planning and performing has a token with the scope `write`.
   * @default - none, and only applying is on the tailnet
   */
  readonly read?: TailnetIdentity;

  /**
   * The identity of applying. Let it trust the scope `write` of stacks alone (`stack: "*"`), and no pull request can use
   * it: the tests of a module have that scope for pull requests too.
   * @default - none, and applying is not on the tailnet
   */
  readonly write?: TailnetIdentity;

  /**
   * The run's token, or `file:` and the path of a file with it, for runs that have it elsewhere than Spacelift puts it.
   * @default - where Spacelift puts it: SPACELIFT_OIDC_TOKEN or /mnt/workspace/spacelift.oidc
   */
  readonly idToken?: pulumi.Input<string>;
}

/** A federated identity: a TailnetFederatedIdentity, its outputs, or what is known of one that exists already. */
export interface TailnetIdentity {
  /** The identity's client id, which is no secret. */
  readonly clientId: pulumi.Input<string>;

  /**
   * ACL tags that runs join with: all tags of the identity, or tags that one of them owns.
   * @default ["tag:spacelift"]
   */
  readonly tags?: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * Id of the space whose runs the identity trusts, `*` standing for any characters.
   * @default - any space, or not known
   */
  readonly spaceId?: pulumi.Input<string | undefined>;

  /**
   * Types of runs that the identity trusts, to find out here that no run can join in one of the phases.
   * @default - every type, or not known
   */
  readonly runTypes?: pulumi.Input<pulumi.Input<string>[] | undefined>;

  /**
   * Scope that the identity asks of tokens, for the same purpose.
   * @default - either, or not known
   */
  readonly scope?: pulumi.Input<string | undefined>;
}

/** The login with its values alone: components that stand for them are taken apart. */
export function federatedArgs({ identity, read, write, idToken }: TailnetFederatedAuth): Given<TailnetFederatedAuth> {
  return given({
    identity: identityArgs(identity),
    read: identityArgs(read),
    write: identityArgs(write),
    idToken,
  });
}

function identityArgs(identity: TailnetIdentity | undefined): TailnetIdentity | undefined {
  return identity === undefined
    ? undefined
    : given({
        clientId: identity.clientId,
        tags: untold(identity.tags),
        spaceId: untold(identity.spaceId),
        runTypes: untold(identity.runTypes),
        scope: untold(identity.scope),
      });
}
