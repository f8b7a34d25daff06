// SPDX-License-Identifier: Apache-2.0

/** A grant in a tailnet's policy: who may connect to what. */
export interface Grant {
  /** Tags, groups, users or hosts; `*` for everybody. */
  readonly src: readonly string[];
  /** Tags, hosts, addresses or networks, without ports. */
  readonly dst: readonly string[];
  /** Ports with or without their protocol: `443`, `tcp:5432`, `udp:1-1024`, `*`. */
  readonly ip: readonly string[];
}

/** The part of a tailnet's policy that is about some tags. */
export interface PolicyFragment {
  /** Who may assign each tag. */
  readonly tagOwners: Readonly<Record<string, readonly string[]>>;
  readonly grants: readonly Grant[];
}

/** The policy for tags: the same owners for each, and grants. Tags that are given twice count once. */
export function policyFragment(
  tags: readonly string[],
  owners: readonly string[],
  grants: readonly Grant[],
): PolicyFragment {
  return { tagOwners: Object.fromEntries(tags.map((tag) => [tag, [...owners]])), grants };
}

/**
 * A policy fragment in the form that people keep policies in, HuJSON: JSON with comments and with commas after last
 * members, so that lines can be moved about. Its members go into those of the same names in the tailnet's policy file.
 */
export function policyHujson({ tagOwners, grants }: PolicyFragment): string {
  const owners = Object.entries(tagOwners).map(([tag, list]) => `    ${JSON.stringify(tag)}: ${inline(list)},`);
  const rules = grants.map(
    ({ src, dst, ip }) => `    { "src": ${inline(src)}, "dst": ${inline(dst)}, "ip": ${inline(ip)} },`,
  );
  return [
    "{",
    "  // Who may assign these tags. OAuth clients and federated identities may assign the tags that they have.",
    '  "tagOwners": {',
    ...owners,
    "  },",
    "",
    "  // What Spacelift runs may connect to.",
    '  "grants": [',
    ...rules,
    "  ],",
    "}",
    "",
  ].join("\n");
}

/** What is wrong with a destination of a grant, or null. */
export function grantTargetProblem(target: string): string | null {
  if (target === "" || /\s/.test(target)) return "must name a tag, a host, an address or a network, without blanks";
  // Addresses of IPv6 have two colons at least; svc: begins the name of a Tailscale service.
  const isName = /^svc:[^:]+$/.test(target) || /^[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:]*$/.test(target);
  return /^[^:]+:([^:]+:)?([\d,-]+|\*)$/.test(target) && !isName ? "must not contain a port: ports belong in ip" : null;
}

/**
 * The protocols that a grant can name, besides their numbers. Source: tailscale.com/types/ipproto, the names that
 * Proto.UnmarshalText accepts, at 1.102.
 */
const PROTOCOLS: readonly string[] = [
  "ah",
  "dccp",
  "egp",
  "esp",
  "gre",
  "icmp",
  "icmpv4",
  "icmpv6",
  "igmp",
  "igp",
  "ip-in-ip",
  "ipv4",
  "ipv6-icmp",
  "sctp",
  "tcp",
  "tsmp",
  "udp",
];

/** What is wrong with the ports of a grant, or null. Source: Tailscale's documentation, "Grants", ip. */
export function grantPortProblem(text: string): string | null {
  const [, protocol, from, to] = /^(?:([^:]+):)?(?:\*|(\d{1,5})(?:-(\d{1,5}))?)$/.exec(text) ?? [undefined, "", "0"];
  const first = Number(from ?? 1);
  const last = Number(to ?? first);
  if (first < 1 || last > 65535 || first > last) return "must be ports such as 443, tcp:5432, udp:1-1024, icmp:* or *";
  if (protocol === undefined || PROTOCOLS.includes(protocol)) return null;
  const isNumber = /^\d{1,3}$/.test(protocol) && Number(protocol) >= 1 && Number(protocol) <= 255;
  return isNumber ? null : `must name a protocol that Tailscale knows, such as tcp, udp or icmp, not ${protocol}`;
}

function inline(list: readonly string[]): string {
  return `[${list.map((one) => JSON.stringify(one)).join(", ")}]`;
}
