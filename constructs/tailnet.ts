// SPDX-License-Identifier: Apache-2.0
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import { applyTrust } from "../contract/context/apply-trust.js";
import { broken } from "../contract/context/rules.js";
import { DEFAULT_PHASES } from "../contract/hooks/phases.js";
import type { TailnetAuth } from "./auth/tailnet-auth.js";
import { TailnetFederatedIdentity, type TailnetTrustedRuns } from "./auth/tailnet-federated-identity.js";
import { TailnetOAuthClient } from "./auth/tailnet-oauth-client.js";
import { TailnetContext } from "./context/tailnet-context.js";
import type { TailnetContextOptions } from "./context/tailnet-context-props.js";
import { given } from "./support/literal.js";
import { refuse } from "./support/validation-error.js";
import { type TailnetGrant, TailnetPolicyFragment } from "./tailnet-policy-fragment.js";

/** Properties of {@link Tailnet}: those of its context, and what its login is made of. */
export interface TailnetProps extends TailnetContextOptions {
  /**
   * Name of the context, unique in the account.
   * @default "tailnet"
   */
  readonly name?: string;

  /**
   * The Spacelift account whose runs log in without a secret: its name (`acme`) or its host name. Paid accounts only.
   * @default - runs log in by an OAuth client, whose secret is a secret variable of the context
   */
  readonly account?: string;

  /**
   * Which runs of the account can log in.
   * @default - every run that knows the client id, which is no secret
   */
  readonly trust?: TailnetTrustedRuns;

  /**
   * ACL tags that runs join the tailnet with. The tailnet policy must have an owner for each. Not tokens: the policy
   * fragment is text before Terraform knows anything.
   * @default ["tag:spacelift"]
   */
  readonly tags?: string[];

  /**
   * ACL tags for applying, which only runs of stacks get whose token may write, and so no pull request. They want an
   * account. Where the tests of modules are to have them too, name the modules in `trust`: tests of their pull requests
   * then have them.
   * @default - the same as for all other phases
   */
  readonly applyTags?: string[];

  /**
   * What the tags may connect to, for the policy fragment.
   * @default - nothing
   */
  readonly grants?: TailnetGrant[];

  /**
   * The Tailscale provider to use, where a program has several.
   * @default - the only one that the stack has
   */
  readonly tailscaleProvider?: TerraformProvider;
}

/**
 * All that puts stacks on a tailnet: a login, a context that carries it, the label that gives it to stacks, and what the
 * tailnet's policy must say.
 */
export class Tailnet extends Construct {
  /** The context. Its methods add hooks and attach it to stacks. */
  public readonly context: TailnetContext;

  /** The identity of runs, or of all phases but applying; undefined without an account. */
  public readonly identity: TailnetFederatedIdentity | undefined;

  /** The identity of applying; undefined if it has no tags of its own. */
  public readonly applyIdentity: TailnetFederatedIdentity | undefined;

  /** The OAuth client that runs log in by; undefined with an account. */
  public readonly oauthClient: TailnetOAuthClient | undefined;

  /** What the tailnet's policy must say about the tags. */
  public readonly policy: TailnetPolicyFragment;

  /** The label that a stack must carry to be on the tailnet; undefined when every stack is. */
  public readonly stackLabel: string | undefined;

  /** The runner image that stacks are to use, as far as the program said. */
  public readonly runnerImage: string | undefined;

  constructor(scope: Construct, id: string, props: TailnetProps = {}) {
    super(scope, id);
    refuse(this, tailnetProblems(props));
    const { account, tags = ["tag:spacelift"], applyTags, trust = {}, grants, tailscaleProvider } = props;
    const provider = given({ provider: tailscaleProvider });
    // The identity is called the same whether or not it serves applying too, so applyTags can come and go.
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
    this.context = new TailnetContext(this, "context", { ...props, name: props.name ?? "tailnet", auth: this.auth() });
    const used = [...new Set([...tags, ...(applyTags ?? [])])];
    this.policy = new TailnetPolicyFragment(this, "policy", { tags: used, ...given({ grants }) });
    this.stackLabel = this.context.stackLabel;
    this.runnerImage = this.context.runnerImage;
  }

  private auth(): TailnetAuth {
    const { identity, applyIdentity, oauthClient } = this;
    if (oauthClient !== undefined) return { oauthClient };
    if (applyIdentity === undefined) return { federated: given({ identity }) };
    return { federated: given({ read: identity, write: applyIdentity }) };
  }
}

function* tailnetProblems({ account, trust, applyTags, phases }: TailnetProps): Generator<string | null> {
  const rule = account === undefined ? "must not be given without account" : null;
  if (trust !== undefined) yield broken("trust", rule, trust);
  if (applyTags === undefined) return;
  yield broken("applyTags", rule, applyTags);
  const applies = (phases ?? DEFAULT_PHASES).includes("apply");
  yield broken("applyTags", applies ? null : "must not be given unless phases has apply", applyTags);
  const alone = phases?.every((phase) => phase === "apply") === true;
  yield broken("applyTags", alone ? "must not be given when phases is apply alone: use tags" : null, applyTags);
  const scope = trust?.scope;
  yield broken("trust.scope", scope === undefined ? null : "must not be given together with applyTags", scope);
}
