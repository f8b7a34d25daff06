// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";
import { federatedIdentityProblems } from "../../contract/context/index.js";
import { accountHost, accountIssuer, claimRules, subjectPattern } from "../../contract/index.js";
import { checked } from "../support/checked.js";
import { given, made, told } from "../support/inputs.js";

/** Which runs of an account are trusted, and how their tokens look. */
export interface TailnetTrustedRuns {
  /**
   * Id of the space that the runs' stacks are in; `*` stands for any characters. Spaces that inherit from it count for
   * themselves: their runs have their own space's id.
   * @default - any space
   */
  readonly spaceId?: pulumi.Input<string>;

  /**
   * Id of the stack; `*` stands for any characters, so that `network-*` is every stack whose id begins like that. An
   * identity has but one pattern: for stacks with nothing in common make several identities and contexts.
   * @default - any stack or module
   */
  readonly stack?: pulumi.Input<string>;

  /**
   * Id of the module, instead of a stack; `*` stands for any characters.
   * @default - any stack or module
   */
  readonly module?: pulumi.Input<string>;

  /**
   * Types of runs: any of PROPOSED, TRACKED, TASK, TESTING, DESTROY, as long as one pattern tells them from the others.
   * @default - every type
   */
  readonly runTypes?: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * Scope of the run's token: `read` or `write`. Proposed runs have `read`, all others `write`, but a tracked run of a
   * stack that does not deploy by itself has `read` while it plans. So `write` keeps the pull requests of stacks out,
   * but not those of modules: their tests have `write`. Give `stack`, which may be `*`, to keep those out as well.
   * @default - either
   */
  readonly scope?: pulumi.Input<string>;

  /**
   * Issuer of the runs' tokens, an https URL that Tailscale can reach.
   * @default - `https://` and the account's host name
   */
  readonly issuer?: pulumi.Input<string>;

  /**
   * Audience of the runs' tokens.
   * @default - the account's host name
   */
  readonly audience?: pulumi.Input<string>;

  /**
   * Pattern for the subject of the runs' tokens, for accounts with a subject template of their own.
   * @default - made of space, stack or module, run types and scope
   */
  readonly subject?: pulumi.Input<string>;
}

/** Arguments of {@link TailnetFederatedIdentity}. */
export interface TailnetFederatedIdentityArgs extends TailnetTrustedRuns {
  /**
   * The Spacelift account whose runs are trusted: its name (`acme`), or its host name (`acme.app.us.spacelift.io`, or
   * that of a self-hosted Spacelift). Only paid accounts give tokens to their runs.
   */
  readonly account: pulumi.Input<string>;

  /** ACL tags that runs join the tailnet with, such as `tag:spacelift`. The tailnet policy must have an owner for each. */
  readonly tags: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * What the identity is for, as the admin console shows it: at most 50 letters, digits, spaces and dashes.
   * @default "Spacelift runs"
   */
  readonly description?: pulumi.Input<string>;
}

/**
 * Lets Spacelift runs join the tailnet under fixed tags by the token that Spacelift gives each of them. There is no
 * secret: not in the state, not in Spacelift.
 */
export class TailnetFederatedIdentity extends pulumi.ComponentResource {
  /** The underlying `tailscale_federated_identity`. */
  public readonly resource: tailscale.FederatedIdentity;

  /** The identity's client id, which is no secret. */
  public readonly clientId: pulumi.Output<string>;

  /** The tags that nodes may have, as they were given. */
  public readonly tags: pulumi.Output<string[]>;

  /** The space whose runs are trusted, as it was given; undefined for any. */
  public readonly spaceId: pulumi.Output<string | undefined>;

  /** The types of runs that are trusted, as they were given; undefined for all. */
  public readonly runTypes: pulumi.Output<string[] | undefined>;

  /** The scope that is asked of tokens, as it was given; undefined for either. */
  public readonly scope: pulumi.Output<string | undefined>;

  constructor(name: string, args: TailnetFederatedIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    const inputs = checked("TailnetFederatedIdentity", name, given({ ...args }), federatedIdentityProblems);
    super("spacetail:index:TailnetFederatedIdentity", name, inputs, opts);
    const { account, tags, spaceId, stack, module, runTypes, scope, issuer, audience, subject, description } = inputs;
    const runs = { spaceId, stack, module, runTypes, scope };
    this.resource = new tailscale.FederatedIdentity(
      name,
      {
        scopes: ["auth_keys"],
        tags,
        issuer: issuer ?? made(account, accountIssuer),
        audience: audience ?? made(account, accountHost),
        subject: subject ?? made(runs, subjectPattern),
        customClaimRules: made(runs, (trusted) => nonEmpty(claimRules(trusted))),
        description: description ?? "Spacelift runs",
      },
      { parent: this },
    );
    this.clientId = this.resource.id;
    this.tags = told(tags);
    this.spaceId = told(spaceId);
    this.runTypes = told(runTypes);
    this.scope = told(scope);
    this.registerOutputs({
      resource: this.resource,
      clientId: this.clientId,
      tags: this.tags,
      spaceId: this.spaceId,
      runTypes: this.runTypes,
      scope: this.scope,
    });
  }
}

function nonEmpty(rules: Record<string, string>): Record<string, string> | undefined {
  return Object.keys(rules).length === 0 ? undefined : rules;
}
