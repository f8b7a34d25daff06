// SPDX-License-Identifier: Apache-2.0
import { Construct } from "constructs";
import { federatedIdentityProblems } from "../../contract/context/identity-problems.js";
import { accountHost, accountIssuer, claimRules, subjectPattern } from "../../contract/login/federation.js";
import { FederatedIdentity } from "../bindings/index.js";
import { given, literally } from "../support/literal.js";
import { metaArguments, type TailnetMetaArguments } from "../support/meta-arguments.js";
import { settled } from "../support/rules.js";
import { refuse } from "../support/validation-error.js";

/** Which runs of an account are trusted, and how their tokens look. */
export interface TailnetTrustedRuns {
  /**
   * Id of the space that the runs' stacks are in; `*` stands for any characters. Spaces that inherit from it count for
   * themselves: their runs have their own space's id.
   * @default - any space
   */
  readonly spaceId?: string;

  /**
   * Id of the stack; `*` stands for any characters, so that `network-*` is every stack whose id begins like that. An
   * identity has but one pattern: for stacks with nothing in common make several identities and contexts.
   * @default - any stack or module
   */
  readonly stack?: string;

  /**
   * Id of the module, instead of a stack; `*` stands for any characters.
   * @default - any stack or module
   */
  readonly module?: string;

  /**
   * Types of runs: any of PROPOSED, TRACKED, TASK, TESTING, DESTROY, as long as one pattern tells them from the others.
   * @default - every type
   */
  readonly runTypes?: string[];

  /**
   * Scope of the run's token: `read` or `write`. Proposed runs have `read`, all others `write`, but a tracked run of a
   * stack that does not deploy by itself has `read` while it plans. So `write` keeps the pull requests of stacks out,
   * but not those of modules: their tests have `write`. Give `stack`, which may be `*`, to keep those out as well.
   * @default - either
   */
  readonly scope?: string;

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
   * Pattern for the subject of the runs' tokens, for accounts with a subject template of their own.
   * @default - made of space, stack or module, run types and scope
   */
  readonly subject?: string;
}

/** Properties of {@link TailnetFederatedIdentity}. */
export interface TailnetFederatedIdentityProps extends TailnetTrustedRuns, TailnetMetaArguments {
  /**
   * The Spacelift account whose runs are trusted: its name (`acme`), or its host name (`acme.app.us.spacelift.io`, or
   * that of a self-hosted Spacelift). A token is taken for a host name. Only paid accounts give tokens to their runs.
   */
  readonly account: string;

  /** ACL tags that runs join the tailnet with, such as `tag:spacelift`. The tailnet policy must have an owner for each. */
  readonly tags: string[];

  /**
   * What the identity is for, as the admin console shows it: at most 50 letters, digits, spaces and dashes.
   * @default "Spacelift runs"
   */
  readonly description?: string;
}

/**
 * Lets Spacelift runs join the tailnet under fixed tags by the token that Spacelift gives each of them. There is no
 * secret: not in the Terraform state, not in Spacelift.
 */
export class TailnetFederatedIdentity extends Construct {
  /**
   * The underlying `tailscale_federated_identity`.
   *
   * Other resources refer to it already, so `overrideLogicalId` comes too late: to keep one that is in the state under
   * another name, use `resource.moveFromId`.
   */
  public readonly resource: FederatedIdentity;

  /** The client id that runs name when they hand in their token, as a token of this program. It is no secret. */
  public readonly clientId: string;

  /** The tags that nodes have, as they were given. */
  public readonly tags: string[];

  /** The space whose runs are trusted, as it was given; undefined for any. */
  public readonly spaceId?: string;

  /** The types of runs that are trusted, as they were given; undefined for all. */
  public readonly runTypes?: string[];

  /** The scope that is asked of tokens, as it was given; undefined for either. */
  public readonly scope?: string;

  constructor(scope: Construct, id: string, props: TailnetFederatedIdentityProps) {
    super(scope, id);
    refuse(this, identityProblems(props));
    const rules = claimRules(props);
    this.resource = new FederatedIdentity(this, "Resource", {
      ...literally({
        scopes: ["auth_keys"],
        tags: props.tags,
        issuer: props.issuer ?? accountIssuer(props.account),
        audience: props.audience ?? accountHost(props.account),
        subject: props.subject ?? subjectPattern(props),
        description: props.description ?? "Spacelift runs",
      }),
      ...(Object.keys(rules).length === 0 ? {} : { customClaimRules: literally(rules) }),
      ...metaArguments(props),
    });
    this.clientId = this.resource.id;
    this.tags = [...props.tags];
    if (props.spaceId !== undefined) this.spaceId = props.spaceId;
    if (props.runTypes !== undefined) this.runTypes = [...props.runTypes];
    if (props.scope !== undefined) this.scope = props.scope;
  }
}

function identityProblems(props: TailnetFederatedIdentityProps): Iterable<string | null> {
  const { account, tags, spaceId, stack, module, issuer, audience, subject, description } = props;
  const values = { account, tags, spaceId, stack, module, scope: props.scope, issuer, audience, subject, description };
  // Run types decide on the pattern, so they cannot wait for a token to be resolved.
  return federatedIdentityProblems({ ...settled(values), ...given({ runTypes: props.runTypes }) });
}
