// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { applyTrust, tailnetProblems } from "../contract/context/index.js";
import { policyFragment, policyHujson } from "../contract/index.js";
import type { TailnetAuth } from "./auth/tailnet-auth.js";
import { TailnetFederatedIdentity, type TailnetTrustedRuns } from "./auth/tailnet-federated-identity.js";
import { TailnetOAuthClient } from "./auth/tailnet-oauth-client.js";
import { TailnetContext } from "./context/tailnet-context.js";
import type { TailnetContextOptions } from "./context/tailnet-context-args.js";
import { checked, refuse } from "./support/checked.js";
import { given, isPending } from "./support/inputs.js";
import { listProblems, plainProblem, structureProblem } from "./support/plain.js";

/** Arguments of {@link Tailnet}: those of its context, and what its login is made of. */
export interface TailnetArgs extends TailnetContextOptions {
  /**
   * Name of the context, unique in the account.
   * @default "tailnet"
   */
  readonly name?: pulumi.Input<string>;

  /**
   * The Spacelift account whose runs log in without a secret: its name (`acme`) or its host name. Paid accounts only.
   * @default - runs log in by an OAuth client, whose secret is a secret variable of the context
   */
  readonly account?: pulumi.Input<string>;

  /**
   * Which runs of the account can log in.
   * @default - every run that knows the client id, which is no secret
   */
  readonly trust?: TailnetTrustedRuns;

  /**
   * ACL tags that runs join the tailnet with. The tailnet policy must have an owner for each.
   * @default ["tag:spacelift"]
   */
  readonly tags?: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * ACL tags for applying, which only runs of stacks get whose token may write, and so no pull request. They want an
   * account. Where the tests of modules are to have them too, name the modules in `trust`: tests of their pull requests
   * then have them.
   * @default - the same as for all other phases
   */
  readonly applyTags?: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * What the tags may connect to, for the policy.
   * @default - nothing
   */
  readonly grants?: TailnetGrant[];
}

/** What nodes may connect to, in the words of Tailscale's grants. */
export interface TailnetGrant {
  /** Tags, hosts, addresses or networks, without ports: `tag:db`, `10.0.0.0/8`. */
  readonly dst: string[];

  /**
   * Ports, with or without their protocol: `443`, `tcp:5432`, `udp:1-1024`, `*`.
   * @default ["*"]
   */
  readonly ip?: string[];

  /**
   * The tags, among those in use, that may connect.
   * @default - all of them
   */
  readonly src?: string[];
}

/** What a component made. Not a member of it: Pulumi takes every member for an output, and these cannot be one. */
interface Children {
  readonly context: TailnetContext;
  readonly identity?: TailnetFederatedIdentity;
  readonly applyIdentity?: TailnetFederatedIdentity;
  readonly oauthClient?: TailnetOAuthClient;
}

const children = new WeakMap<Tailnet, Children>();

/**
 * All that puts stacks on a tailnet: a login, a context that carries it, the label that gives it to stacks, and what the
 * tailnet's policy must say.
 */
export class Tailnet extends pulumi.ComponentResource {
  /** Id of the context. */
  public readonly contextId: pulumi.Output<string>;

  /** The label that a stack must carry to be on the tailnet; undefined when every stack is. */
  public readonly stackLabel: pulumi.Output<string | undefined>;

  /** The runner image that stacks are to use, as far as the program said. */
  public readonly runnerImage: pulumi.Output<string | undefined>;

  /** What the tailnet's policy must say about the tags, as JSON. */
  public readonly policyJson: pulumi.Output<string>;

  /** The same as HuJSON with comments, as people want it. */
  public readonly policyHujson: pulumi.Output<string>;

  constructor(name: string, args: TailnetArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const { account, trust, tags = ["tag:spacelift"], applyTags, grants = [], ...options } = args ?? {};
    refuse("Tailnet", name, structureProblems(trust, grants));
    const login = checked("Tailnet", name, given({ account, trust, tags, applyTags, grants }), function* (values) {
      yield* tailnetProblems(given({ ...values, phases: options.phases }));
    });
    // The context keeps the rest among its own inputs, with secrets marked as such.
    super("spacetail:index:Tailnet", name, login, opts);
    const made = this.createLogin(name, login);
    const contextName = options.name ?? "tailnet";
    const context = new TailnetContext(name, { ...options, name: contextName, auth: auth(made) }, { parent: this });
    children.set(this, { ...made, context });
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
    return this.made.context;
  }

  /** The identity of runs, or of all phases but applying; undefined without an account. */
  public get identity(): TailnetFederatedIdentity | undefined {
    return this.made.identity;
  }

  /** The identity of applying; undefined if it has no tags of its own. */
  public get applyIdentity(): TailnetFederatedIdentity | undefined {
    return this.made.applyIdentity;
  }

  /** The OAuth client that runs log in by; undefined with an account. */
  public get oauthClient(): TailnetOAuthClient | undefined {
    return this.made.oauthClient;
  }

  private get made(): Children {
    const made = children.get(this);
    if (made === undefined) throw new Error("a Tailnet that was not made by this program has no children");
    return made;
  }

  /** The identity is called the same whether or not it serves applying too, so applyTags can come and go. */
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

/** What is wrong with arguments that cannot wait to be known; null for each rule that is kept. */
function* structureProblems(trust: unknown, grants: unknown): Generator<string | null> {
  yield structureProblem("trust", trust);
  if (isPending(grants)) yield plainProblem("grants", grants);
  yield* listProblems("grants", grants, ["dst", "ip", "src"]);
}

function auth({ identity, applyIdentity, oauthClient }: Omit<Children, "context">): TailnetAuth {
  if (oauthClient !== undefined) return { oauthClient };
  if (applyIdentity === undefined) return { federated: given({ identity }) };
  return { federated: given({ read: identity, write: applyIdentity }) };
}
