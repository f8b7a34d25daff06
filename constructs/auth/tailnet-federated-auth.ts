// SPDX-License-Identifier: Apache-2.0
import type { List, RunType, TokenScope } from "../../contract/index.js";

/**
 * Login with the token that Spacelift gives each run, without a secret: with one identity, or with one for apply and
 * another for all other phases, so that plans and applies have different tags.
 */
export interface TailnetFederatedAuth {
  /**
   * The identity of every phase.
   * @default - none if read or write is given
   */
  readonly identity?: TailnetIdentity;

  /**
   * The identity of every phase except apply. It must trust tokens of both scopes for stacks with autodeploy and for
   * tasks, whose tokens have the scope `write` while they plan and perform.
   * @default - none; then only apply can be on the tailnet
   */
  readonly read?: TailnetIdentity;

  /**
   * The identity of apply. If it trusts only the scope `write` of stacks (`stack: "*"`), no pull request can use it:
   * tests of modules have that scope for pull requests too.
   * @default - none; then apply cannot be on the tailnet
   */
  readonly write?: TailnetIdentity;

  /**
   * The run's token, or `file:` and the path of a file with it, for runs that have it in an unusual place.
   * @default - where Spacelift puts it: SPACELIFT_OIDC_TOKEN or /mnt/workspace/spacelift.oidc
   */
  readonly idToken?: string;
}

/** A federated identity: a {@link TailnetFederatedIdentity}, or what is known of an existing one. */
export interface TailnetIdentity {
  /** The identity's client ID, which is not a secret. */
  readonly clientId: string;

  /**
   * ACL tags that runs join with: all tags of the identity, or tags that one of them owns.
   * @default ["tag:spacelift"]
   */
  readonly tags?: List<string>;

  /**
   * ID of the space whose runs the identity trusts; `*` matches any characters.
   * @default - any space, or unknown
   */
  readonly spaceId?: string;

  /**
   * Types of runs that the identity trusts; it is an error if none of them can join in one of the phases.
   * @default - every type, or unknown
   */
  readonly runTypes?: List<RunType>;

  /**
   * Scope that the identity requires of tokens, checked in the same way.
   * @default - either, or unknown
   */
  readonly scope?: TokenScope;
}
