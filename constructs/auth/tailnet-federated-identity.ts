// SPDX-License-Identifier: Apache-2.0

import { Construct } from "constructs";
import type { List, RunType, TokenScope } from "../../contract/index.js";
import {
  accountHost,
  accountIssuer,
  claimRules,
  federatedIdentityProblems,
  subjectPattern,
} from "../../contract/index.js";
import { FederatedIdentity } from "../bindings/tailscale.js";
import { check, requireId } from "../support/check.js";
import { copied, literally } from "../support/literal.js";
import { metaArguments, type TailnetMetaArguments } from "../support/meta-arguments.js";
import { tokens } from "../support/tokens.js";

/** Which runs of an account are trusted, and what their tokens look like. */
export interface TailnetTrustedRuns {
  /**
   * ID of the space that the runs' stacks are in; `*` matches any characters. Spaces that inherit from it do not count:
   * their runs have their own space's ID.
   * @default - any space
   */
  readonly spaceId?: string;

  /**
   * ID of the stack; `*` matches any characters, as in `network-*`. An identity has one pattern only: for stacks with
   * nothing in common, create several identities and contexts.
   * @default - any stack or module
   */
  readonly stack?: string;

  /**
   * ID of the module, instead of a stack; `*` matches any characters.
   * @default - any stack or module
   */
  readonly module?: string;

  /**
   * Types of runs: any of PROPOSED, TRACKED, TASK, TESTING, DESTROY. One pattern must match the given types and no
   * others.
   * @default - every type
   */
  readonly runTypes?: List<RunType>;

  /**
   * Scope of the run's token: `read` or `write`. Proposed runs have `read` and all others have `write`, except that a
   * tracked run of a stack without autodeploy has `read` while it plans. So `write` keeps out the pull requests of
   * stacks, but not those of modules, whose tests have `write`. Set `stack`, which may be `*`, to keep those out as
   * well.
   * @default - either
   */
  readonly scope?: TokenScope;

  /**
   * Issuer of the runs' tokens, an https URL that Tailscale can reach.
   * @default - `https://` and the account's host name
   */
  readonly issuer?: string;

  /**
   * Audience of the runs' tokens.
   * @default - the account's host name
   */
  readonly audience?: string;

  /**
   * Pattern for the subject of the runs' tokens, for accounts with a custom subject template.
   * @default - derived from space, stack or module, run types and scope
   */
  readonly subject?: string;
}

/** Properties of {@link TailnetFederatedIdentity}. */
export interface TailnetFederatedIdentityProps extends TailnetTrustedRuns, TailnetMetaArguments {
  /**
   * The Spacelift account whose runs are trusted: its name (`acme`) or its host name. A self-hosted Spacelift is named
   * by its host name. Only paid accounts have tokens for their runs.
   */
  readonly account: string;

  /**
   * ACL tags that runs join the tailnet with, such as `tag:spacelift`. The tailnet policy must have an owner for
   * each.
   */
  readonly tags: List<string>;

  /**
   * What the identity is for, as the admin console shows it: at most 50 letters, digits, spaces and dashes.
   * @default "Spacelift runs"
   */
  readonly description?: string;
}

/**
 * Lets Spacelift runs join the tailnet under fixed tags with the token that Spacelift gives each of them. There is no
 * secret, neither in the Terraform state nor in Spacelift.
 */
export class TailnetFederatedIdentity extends Construct {
  /**
   * The underlying `tailscale_federated_identity`.
   *
   * Other resources refer to it already, so `overrideLogicalId` comes too late: to keep one that is in the state under
   * another name, use `resource.moveFromId`.
   */
  public readonly resource: FederatedIdentity;

  /** The client ID that runs name when they present their token, as a token of this program. It is not a secret. */
  public readonly clientId: string;

  /** The tags that runs join with, as they were given. */
  public readonly tags: string[];

  /** The space whose runs are trusted, as it was given; undefined for any. */
  public readonly spaceId?: string;

  /** The types of runs that are trusted, as they were given; undefined for all. */
  public readonly runTypes?: RunType[];

  /** The scope that is required of tokens, as it was given; undefined for either. */
  public readonly scope?: TokenScope;

  /** @throws ValidationError if an option is wrong */
  constructor(scope: Construct, id: string, props: TailnetFederatedIdentityProps) {
    super(scope, requireId("TailnetFederatedIdentity", scope, id));
    check("TailnetFederatedIdentity", this, federatedIdentityProblems(props, tokens(this, "tailscale")));
    const rules = claimRules(props);
    this.resource = new FederatedIdentity(this, "Resource", {
      ...literally({
        scopes: ["auth_keys"],
        tags: copied(props.tags),
        issuer: props.issuer ?? accountIssuer(props.account),
        audience: props.audience ?? accountHost(props.account),
        subject: props.subject ?? subjectPattern(props),
        description: props.description ?? "Spacelift runs",
      }),
      ...(Object.keys(rules).length === 0 ? {} : { customClaimRules: literally(rules) }),
      ...metaArguments(props),
    });
    this.clientId = this.resource.id;
    this.tags = copied(props.tags);
    if (props.spaceId !== undefined) this.spaceId = props.spaceId;
    if (props.runTypes !== undefined) this.runTypes = [...props.runTypes];
    if (props.scope !== undefined) this.scope = props.scope;
  }
}
