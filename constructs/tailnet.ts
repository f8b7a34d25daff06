// SPDX-License-Identifier: Apache-2.0

import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import type { List } from "../contract/index.js";
import { applyTrust, TAILSCALE_PROVIDER_OPTION, tailnetProblems } from "../contract/index.js";
import type { TailnetAuth } from "./auth/tailnet-auth.js";
import { TailnetFederatedIdentity, type TailnetTrustedRuns } from "./auth/tailnet-federated-identity.js";
import { TailnetOAuthClient } from "./auth/tailnet-oauth-client.js";
import { TailnetContext } from "./context/tailnet-context.js";
import type { TailnetContextOptions } from "./context/tailnet-context-props.js";
import { check, requireId } from "./support/check.js";
import { defined } from "./support/literal.js";
import { tokens } from "./support/tokens.js";
import { type TailnetGrant, TailnetPolicyFragment } from "./tailnet-policy-fragment.js";

/** Properties of {@link Tailnet}: those of its context, and those of its login. */
export interface TailnetProps extends TailnetContextOptions {
  /**
   * Name of the context, unique in the account.
   * @default "tailnet"
   */
  readonly name?: string;

  /**
   * The Spacelift account whose runs log in without a secret: its name (`acme`) or its host name. Only paid accounts
   * have tokens for their runs.
   * @default - none; runs log in with an OAuth client, whose secret is a secret variable of the context
   */
  readonly account?: string;

  /**
   * Which runs of the account can log in.
   * @default - every run of the account that knows the client ID, which is not a secret
   */
  readonly trust?: TailnetTrustedRuns;

  /**
   * ACL tags that runs join the tailnet with. The tailnet policy must have an owner for each. Not tokens: the policy
   * fragment is text before Terraform knows anything.
   * @default ["tag:spacelift"]
   */
  readonly tags?: List<string>;

  /**
   * ACL tags that runs join with while they apply; requires an account. Only runs of stacks whose token has the scope
   * `write` get them, so no pull request does. If tests of modules need them too, name the modules in `trust`; tests of
   * their pull requests then get them as well.
   * @default - the same as in all other phases
   */
  readonly applyTags?: List<string>;

  /**
   * What nodes with the tags may connect to, for the policy.
   * @default - nothing
   */
  readonly grants?: List<TailnetGrant>;

  /**
   * The Tailscale provider to use, if a program has several.
   * @default - the only one that the stack has
   */
  readonly tailscaleProvider?: TerraformProvider;
}

/**
 * Everything that puts stacks on a tailnet: a login, a context with its credentials, the label that gives stacks the
 * context, and the tag owners and grants for the tailnet policy.
 */
export class Tailnet extends Construct {
  /** The context. Its methods add hooks and attach it to stacks. */
  public readonly context: TailnetContext;

  /** The identity of runs, or of all phases except apply; undefined without an account. */
  public readonly identity: TailnetFederatedIdentity | undefined;

  /** The identity of apply; undefined without `applyTags`. */
  public readonly applyIdentity: TailnetFederatedIdentity | undefined;

  /** The OAuth client that runs log in with; undefined with an account. */
  public readonly oauthClient: TailnetOAuthClient | undefined;

  /** Tag owners and grants for the tailnet policy. */
  public readonly policy: TailnetPolicyFragment;

  /** The label that a stack must carry to be on the tailnet; undefined if every stack is, or if there is no label. */
  public readonly stackLabel: string | undefined;

  /** The runner image that stacks should use, as far as the program says. */
  public readonly runnerImage: string | undefined;

  /** @throws ValidationError if an option is wrong */
  constructor(scope: Construct, id: string, props: TailnetProps = {}) {
    super(scope, requireId("Tailnet", scope, id));
    check("Tailnet", this, tailnetProblems(props, tokens(this), [TAILSCALE_PROVIDER_OPTION]));
    const { account, trust = {}, tags = ["tag:spacelift"], applyTags, grants, tailscaleProvider, ...options } = props;
    const provider = defined({ provider: tailscaleProvider });
    // The identity has the same name whether or not it serves apply too, so applyTags can come and go.
    if (account === undefined) this.oauthClient = new TailnetOAuthClient(this, "oauth-client", { tags, ...provider });
    else this.identity = new TailnetFederatedIdentity(this, "identity", { ...trust, ...provider, account, tags });
    if (account !== undefined && applyTags !== undefined) {
      this.applyIdentity = new TailnetFederatedIdentity(this, "apply-identity", {
        ...applyTrust(trust),
        ...provider,
        account,
        tags: applyTags,
      });
    }
    this.context = new TailnetContext(this, "context", {
      ...options,
      name: options.name ?? "tailnet",
      auth: this.auth(),
    });
    const used = [...new Set([...tags, ...(applyTags ?? [])])];
    this.policy = new TailnetPolicyFragment(this, "policy", { tags: used, ...defined({ grants }) });
    this.stackLabel = this.context.stackLabel;
    this.runnerImage = this.context.runnerImage;
  }

  private auth(): TailnetAuth {
    const { identity, applyIdentity, oauthClient } = this;
    if (oauthClient !== undefined) return { oauthClient };
    if (applyIdentity === undefined) return { federated: defined({ identity }) };
    return { federated: defined({ read: identity, write: applyIdentity }) };
  }
}
