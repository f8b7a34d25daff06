// SPDX-License-Identifier: Apache-2.0

import { Construct } from "constructs";
import type { List } from "../contract/index.js";
import { policyFragment, policyHujson, policyProblems } from "../contract/index.js";
import { check, requireId } from "./support/check.js";
import { tokens } from "./support/tokens.js";

/** Properties of {@link TailnetPolicyFragment}. */
export interface TailnetPolicyFragmentProps {
  /** The tags in use, such as `tag:spacelift`. */
  readonly tags: List<string>;

  /**
   * Who may assign the tags: users, groups, autogroups or other tags.
   * @default ["autogroup:admin"]
   */
  readonly owners?: List<string>;

  /**
   * What nodes with the tags may connect to.
   * @default - nothing
   */
  readonly grants?: List<TailnetGrant>;
}

/** What nodes may connect to, in the terms of Tailscale's grants. */
export interface TailnetGrant {
  /** Tags, hosts, addresses or networks, without ports: `tag:db`, `10.0.0.0/8`. */
  readonly dst: List<string>;

  /**
   * Ports, with or without their protocol: `443`, `tcp:5432`, `udp:1-1024`, `*`.
   * @default ["*"]
   */
  readonly ip?: List<string>;

  /**
   * Which of the tags in use may connect.
   * @default - all of them
   */
  readonly src?: List<string>;
}

/**
 * Tag owners and grants for the tailnet policy, as text to paste or data to merge. It is a construct so that its errors
 * have a path, but it creates no resource: a tailnet has one policy, `tailscale_acl`, which its administrators manage.
 */
export class TailnetPolicyFragment extends Construct {
  /** The owners of each tag. */
  public readonly tagOwners: { readonly [tag: string]: string[] };

  /** The grants, with all defaults filled in. */
  public readonly grants: TailnetGrant[];

  /** Both as JSON, for `jsondecode` and the like. */
  public readonly json: string;

  /** Both as HuJSON with comments, ready to paste. */
  public readonly hujson: string;

  /** @throws ValidationError if an option is wrong */
  constructor(scope: Construct, id: string, props: TailnetPolicyFragmentProps) {
    super(scope, requireId("TailnetPolicyFragment", scope, id));
    check("TailnetPolicyFragment", this, policyProblems(props, tokens(this)));
    const { tags, owners = ["autogroup:admin"], grants = [] } = props;
    const all = grants.map(({ src = tags, dst, ip = ["*"] }) => ({ src: [...src], dst: [...dst], ip: [...ip] }));
    const fragment = policyFragment(tags, owners, all);
    this.tagOwners = Object.fromEntries(tags.map((tag) => [tag, [...owners]]));
    this.grants = all;
    this.json = JSON.stringify(fragment, null, 2);
    this.hujson = policyHujson(fragment);
  }
}
