// SPDX-License-Identifier: Apache-2.0
import { Token } from "cdktf";
import { Construct } from "constructs";
import { broken, every, text } from "../contract/context/rules.js";
import { grantPortProblem, grantTargetProblem, policyFragment, policyHujson } from "../contract/login/policy.js";
import { known, type Rule, required, tagList } from "./support/rules.js";
import { refuse } from "./support/validation-error.js";

/** Properties of {@link TailnetPolicyFragment}. */
export interface TailnetPolicyFragmentProps {
  /** The tags in use, such as `tag:spacelift`. */
  readonly tags: string[];

  /**
   * Who may give out the tags: users, groups, autogroups or other tags.
   * @default ["autogroup:admin"]
   */
  readonly owners?: string[];

  /**
   * What nodes with the tags may connect to.
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

/**
 * What the tailnet's policy must say about the tags in use, as text to paste or data to merge. It makes no resource: a
 * policy has but one, `tailscale_acl`, and that belongs to whoever looks after the tailnet.
 */
export class TailnetPolicyFragment extends Construct {
  /** The owners of each tag. */
  public readonly tagOwners: { readonly [tag: string]: string[] };

  /** The grants, with nothing left to defaults. */
  public readonly grants: TailnetGrant[];

  /** Both as JSON, as `jsondecode` and the like want it. */
  public readonly json: string;

  /** Both as HuJSON with comments, as people want it. */
  public readonly hujson: string;

  constructor(scope: Construct, id: string, props: TailnetPolicyFragmentProps) {
    super(scope, id);
    refuse(this, policyProblems(props));
    const { tags, owners = ["autogroup:admin"], grants = [] } = props;
    const all = grants.map(({ src = tags, dst, ip = ["*"] }) => ({ src: [...src], dst: [...dst], ip: [...ip] }));
    const fragment = policyFragment(tags, owners, all);
    this.tagOwners = Object.fromEntries(tags.map((tag) => [tag, [...owners]]));
    this.grants = all;
    this.json = JSON.stringify(fragment, null, 2);
    this.hujson = policyHujson(fragment);
  }
}

function* policyProblems({ tags, owners, grants = [] }: TailnetPolicyFragmentProps): Generator<string | null> {
  yield broken("tags", required(plainText)(tags) ?? tagList(tags), tags);
  yield broken("owners", plainText(owners) ?? names(owners), owners);
  for (const { src, dst, ip } of grants) {
    const strange = src?.some((tag) => !tags.includes(tag)) === true;
    yield broken("grants.src", strange ? "must hold only tags in use" : tagList(src), src);
    yield broken(
      "grants.dst",
      required(plainText)(dst) ?? names(dst) ?? known(every(text(grantTargetProblem)))(dst),
      dst,
    );
    yield broken("grants.ip", plainText(ip) ?? names(ip) ?? known(every(text(grantPortProblem)))(ip), ip);
  }
}

/** The policy is text before Terraform knows anything. */
const plainText: Rule<readonly string[]> = (values) => {
  const tokens = values !== undefined && (Token.isUnresolved(values) || values.some((one) => Token.isUnresolved(one)));
  return tokens ? "must be known when the program runs, not a token" : null;
};

const names: Rule<readonly string[]> = (values) => {
  if (values === undefined) return null;
  if (values.length === 0) return "must not be empty";
  return values.some((one) => one.trim() === "") ? "must not hold an empty entry" : null;
};
