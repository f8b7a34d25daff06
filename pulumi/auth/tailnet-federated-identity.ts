// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";
import type { RunType, TokenScope } from "../../contract/context/types.js";
import {
  accountHost,
  accountIssuer,
  claimRules,
  federatedIdentityProblems,
  subjectPattern,
} from "../../contract/index.js";
import { checked } from "../support/checked.js";
import { definedArgs } from "../support/defined.js";
import type { TextsInput, WordInput, WordsInput } from "../support/list-types.js";
import { asOutput, mapInput, writable } from "../support/outputs.js";

/** Which runs of an account are trusted, and what their tokens look like. */
export interface TailnetTrustedRuns {
  /**
   * ID of the space that the runs' stacks are in; `*` matches any characters. Spaces that inherit from it do not count:
   * their runs have their own space's ID.
   * @default - any space
   */
  readonly spaceId?: pulumi.Input<string>;

  /**
   * ID of the stack; `*` matches any characters, as in `network-*`. An identity has one pattern only: for stacks with
   * nothing in common, create several identities and contexts.
   * @default - any stack or module
   */
  readonly stack?: pulumi.Input<string>;

  /**
   * ID of the module, instead of a stack; `*` matches any characters.
   * @default - any stack or module
   */
  readonly module?: pulumi.Input<string>;

  /**
   * Types of runs: any of PROPOSED, TRACKED, TASK, TESTING, DESTROY. One pattern must match the given types and no
   * others.
   * @default - every type
   */
  readonly runTypes?: WordsInput<RunType>;

  /**
   * Scope of the run's token: `read` or `write`. Proposed runs have `read` and all others have `write`, except that a
   * tracked run of a stack without autodeploy has `read` while it plans. So `write` keeps out the pull requests of
   * stacks, but not those of modules, whose tests have `write`. Set `stack`, which may be `*`, to keep those out as
   * well.
   * @default - either
   */
  readonly scope?: WordInput<TokenScope>;

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
   * Pattern for the subject of the runs' tokens, for accounts with a custom subject template.
   * @default - derived from space, stack or module, run types and scope
   */
  readonly subject?: pulumi.Input<string>;
}

/** Arguments of {@link TailnetFederatedIdentity}. */
export interface TailnetFederatedIdentityArgs extends TailnetTrustedRuns {
  /**
   * The Spacelift account whose runs are trusted: its name (`acme`) or its host name. A self-hosted Spacelift is named
   * by its host name. Only paid accounts have tokens for their runs.
   */
  readonly account: pulumi.Input<string>;

  /**
   * ACL tags that runs join the tailnet with, such as `tag:spacelift`. The tailnet policy must have an owner for
   * each.
   */
  readonly tags: TextsInput;

  /**
   * What the identity is for, as the admin console shows it: at most 50 letters, digits, spaces and dashes.
   * @default "Spacelift runs"
   */
  readonly description?: pulumi.Input<string>;
}

/**
 * Lets Spacelift runs join the tailnet under fixed tags with the token that Spacelift gives each of them. There is no
 * secret, neither in the state nor in Spacelift.
 */
export class TailnetFederatedIdentity extends pulumi.ComponentResource {
  /** The underlying `tailscale_federated_identity`. */
  public readonly resource: tailscale.FederatedIdentity;

  /** The identity's client ID, which is not a secret. */
  public readonly clientId: pulumi.Output<string>;

  /** The tags that runs join with, as they were given. */
  public readonly tags: pulumi.Output<string[]>;

  /** The space whose runs are trusted, as it was given; undefined for any. */
  public readonly spaceId: pulumi.Output<string | undefined>;

  /** The types of runs that are trusted, as they were given; undefined for all. */
  public readonly runTypes: pulumi.Output<string[] | undefined>;

  /** The scope that is required of tokens, as it was given; undefined for either. */
  public readonly scope: pulumi.Output<string | undefined>;

  /** @throws ValidationError if an argument is wrong */
  constructor(name: string, args: TailnetFederatedIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    const inputs = checked("TailnetFederatedIdentity", name, definedArgs(args), federatedIdentityProblems);
    super("spacetail:index:TailnetFederatedIdentity", name, inputs, opts);
    const { account, spaceId, stack, module, scope, issuer, audience, subject, description } = inputs;
    const tags = writable(inputs.tags);
    const runTypes = inputs.runTypes === undefined ? undefined : writable(inputs.runTypes);
    const runs = { spaceId, stack, module, runTypes, scope };
    this.resource = new tailscale.FederatedIdentity(
      name,
      {
        scopes: ["auth_keys"],
        tags,
        issuer: issuer ?? mapInput(account, accountIssuer),
        audience: audience ?? mapInput(account, accountHost),
        subject: subject ?? mapInput(runs, subjectPattern),
        customClaimRules: mapInput(runs, (trusted) => nonEmpty(claimRules(trusted))),
        description: description ?? "Spacelift runs",
      },
      { parent: this },
    );
    this.clientId = this.resource.id;
    this.tags = asOutput(tags);
    this.spaceId = asOutput(spaceId);
    this.runTypes = asOutput(runTypes);
    this.scope = asOutput(scope);
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
