// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { applyTrust, createdLoginProblems, policyFragment, policyHujson, tailnetProblems } from "../contract/index.js";
import type { TailnetAuth } from "./auth/tailnet-auth.js";
import { TailnetFederatedIdentity, type TailnetTrustedRuns } from "./auth/tailnet-federated-identity.js";
import { TailnetOAuthClient } from "./auth/tailnet-oauth-client.js";
import { TailnetContext } from "./context/tailnet-context.js";
import type { TailnetContextOptions } from "./context/tailnet-context-args.js";
import { check, checked } from "./support/checked.js";
import { defined } from "./support/defined.js";
import type * as list from "./support/list-types.js";
import type { TextsInput } from "./support/list-types.js";
import { OUTPUTS } from "./support/outputs.js";

/** Arguments of {@link Tailnet}: those of its context, and those of its login. */
export interface TailnetArgs extends TailnetContextOptions {
  /**
   * Name of the context, unique in the account.
   * @default "tailnet"
   */
  readonly name?: pulumi.Input<string>;

  /**
   * The Spacelift account whose runs log in without a secret: its name (`acme`) or its host name. Only paid accounts
   * have tokens for their runs.
   * @default - none; runs log in with an OAuth client, whose secret is a secret variable of the context
   */
  readonly account?: pulumi.Input<string>;

  /**
   * Which runs of the account can log in.
   * @default - every run of the account that knows the client ID, which is not a secret
   */
  readonly trust?: TailnetTrustedRuns;

  /**
   * ACL tags that runs join the tailnet with. The tailnet policy must have an owner for each.
   * @default ["tag:spacelift"]
   */
  readonly tags?: TextsInput;

  /**
   * ACL tags that runs join with while they apply; requires an account. Only runs of stacks whose token has the scope
   * `write` get them, so no pull request does. If tests of modules need them too, name the modules in `trust`; tests of
   * their pull requests then get them as well.
   * @default - the same as in all other phases
   */
  readonly applyTags?: TextsInput;

  /**
   * What nodes with the tags may connect to, for the policy.
   * @default - nothing
   */
  readonly grants?: list.Array<TailnetGrant>;
}

/** What nodes may connect to, in the terms of Tailscale's grants. */
export interface TailnetGrant {
  /** Tags, hosts, addresses or networks, without ports: `tag:db`, `10.0.0.0/8`. */
  readonly dst: list.Array<string>;

  /**
   * Ports, with or without their protocol: `443`, `tcp:5432`, `udp:1-1024`, `*`.
   * @default ["*"]
   */
  readonly ip?: list.Array<string>;

  /**
   * Which of the tags in use may connect.
   * @default - all of them
   */
  readonly src?: list.Array<string>;
}

/** What a component created. Not members of it: Pulumi takes every member for an output, which these cannot be. */
interface Children {
  readonly context: TailnetContext;
  readonly identity?: TailnetFederatedIdentity;
  readonly applyIdentity?: TailnetFederatedIdentity;
  readonly oauthClient?: TailnetOAuthClient;
}

const children = new WeakMap<Tailnet, Children>();

/**
 * Everything that puts stacks on a tailnet: a login, a context with its credentials, the label that gives stacks the
 * context, and the tag owners and grants for the tailnet policy.
 */
export class Tailnet extends pulumi.ComponentResource {
  /** ID of the context. */
  public readonly contextId: pulumi.Output<string>;

  /** The label that a stack must carry to be on the tailnet; undefined if every stack is, or if there is no label. */
  public readonly stackLabel: pulumi.Output<string | undefined>;

  /** The runner image that stacks should use, as far as the program says. */
  public readonly runnerImage: pulumi.Output<string | undefined>;

  /** Tag owners and grants for the tailnet policy, as JSON. */
  public readonly policyJson: pulumi.Output<string>;

  /** The same as HuJSON with comments, ready to paste. */
  public readonly policyHujson: pulumi.Output<string>;

  /** @throws ValidationError if an argument is wrong */
  constructor(name: string, args: TailnetArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    check("Tailnet", name, tailnetProblems(args, OUTPUTS));
    const { account, trust, tags = ["tag:spacelift"], applyTags, grants = [], ...options } = args;
    // The phases and the space are the context's, but what is known later is judged beside them.
    const { phases, spaceId } = options;
    const created = defined({ account, trust, tags, applyTags, grants, phases, spaceId });
    const { phases: ownPhases, spaceId: ownSpace, ...login } = checked("Tailnet", name, created, createdLoginProblems);
    // The context has the rest among its own inputs, with secrets marked as such.
    super("spacetail:index:Tailnet", name, login, opts);
    const logins = this.createLogin(name, login);
    const own = defined({ ...options, phases: ownPhases, spaceId: ownSpace });
    const context = new TailnetContext(
      name,
      { ...own, name: options.name ?? "tailnet", auth: auth(logins) },
      { parent: this },
    );
    children.set(this, { ...logins, context });
    const policy = pulumi.output({ tags: login.tags, more: login.applyTags ?? [] }).apply((used) => {
      const all = [...new Set([...used.tags, ...used.more])];
      const rules = grants.map(({ src = all, dst, ip = ["*"] }) => ({ src, dst, ip }));
      return policyFragment(all, ["autogroup:admin"], rules);
    });
    this.contextId = context.contextId;
    this.stackLabel = context.stackLabel;
    this.runnerImage = context.runnerImage;
    this.policyJson = policy.apply((fragment) => JSON.stringify(fragment, null, 2));
    this.policyHujson = policy.apply(policyHujson);
    this.registerOutputs({
      contextId: this.contextId,
      stackLabel: this.stackLabel,
      runnerImage: this.runnerImage,
      policyJson: this.policyJson,
      policyHujson: this.policyHujson,
    });
  }

  /** The context. Its methods attach it to stacks. */
  public get context(): TailnetContext {
    return this.children.context;
  }

  /** The identity of runs, or of all phases except apply; undefined without an account. */
  public get identity(): TailnetFederatedIdentity | undefined {
    return this.children.identity;
  }

  /** The identity of apply; undefined without `applyTags`. */
  public get applyIdentity(): TailnetFederatedIdentity | undefined {
    return this.children.applyIdentity;
  }

  /** The OAuth client that runs log in with; undefined with an account. */
  public get oauthClient(): TailnetOAuthClient | undefined {
    return this.children.oauthClient;
  }

  private get children(): Children {
    const known = children.get(this);
    if (known === undefined) throw new Error("a Tailnet that this program did not create has no children");
    return known;
  }

  /** The identity has the same name whether or not it serves apply too, so applyTags can come and go. */
  private createLogin(name: string, { account, trust = {}, tags = [], applyTags }: TailnetArgs) {
    const options = { parent: this };
    if (account === undefined) {
      return { oauthClient: new TailnetOAuthClient(`${name}-oauth-client`, { tags }, options) };
    }
    const identity = new TailnetFederatedIdentity(`${name}-identity`, { ...trust, account, tags }, options);
    if (applyTags === undefined) return { identity };
    const apply = { ...applyTrust(trust), account, tags: applyTags };
    return { identity, applyIdentity: new TailnetFederatedIdentity(`${name}-apply-identity`, apply, options) };
  }
}

function auth({ identity, applyIdentity, oauthClient }: Omit<Children, "context">): TailnetAuth {
  if (oauthClient !== undefined) return { oauthClient };
  if (applyIdentity === undefined) return { federated: defined({ identity }) };
  return { federated: defined({ read: identity, write: applyIdentity }) };
}
