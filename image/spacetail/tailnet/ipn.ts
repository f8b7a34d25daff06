// SPDX-License-Identifier: Apache-2.0

// The parts of tailscaled's JSON that are used here, with the names and types of tailscale.com/ipn and ipn/ipnstate.

/** ipnstate.PeerStatus: a node. */
export interface PeerStatus {
  readonly ID: string;
  readonly HostName: string;
  /** Fully qualified, with a dot at the end. */
  readonly DNSName: string;
  readonly TailscaleIPs?: readonly string[] | null;
  readonly Tags?: readonly string[] | null;
  readonly Online: boolean;
  readonly ExitNodeOption: boolean;
  /** Whether there was traffic in the last minutes. */
  readonly Active?: boolean;
  /** `ip:port` of a direct path; empty if there is none. */
  readonly CurAddr?: string;
  /** `ip:port:vni` of a peer that relays; empty if there is none. */
  readonly PeerRelay?: string;
  /** The code of the peer's home DERP region. */
  readonly Relay?: string;
  readonly RxBytes?: number;
  readonly TxBytes?: number;
  /** RFC 3339; the year is 1 if there was none. */
  readonly LastHandshake?: string;
  /** True for the exit node that is in use. */
  readonly ExitNode?: boolean | null;
  /** Its addresses, those of services that it offers, and the networks behind it, as `10.0.0.0/8`. */
  readonly AllowedIPs?: readonly string[] | null;
}

/** ipnstate.Status */
export interface Status {
  readonly BackendState: string;
  /** Where somebody can log the node in; empty if nobody has to. */
  readonly AuthURL?: string;
  /** Whether the control server has admitted the node, so that it can be logged out. */
  readonly HaveNodeKey?: boolean;
  /** What tailscaled finds wrong, in sentences. */
  readonly Health?: readonly string[] | null;
  readonly MagicDNSSuffix: string;
  readonly Self?: PeerStatus | null;
  readonly Peer?: Readonly<Record<string, PeerStatus | undefined>> | null;
}

/** tailcfg.DERPMap: the relays of a tailnet, by the number of their region. */
export interface DerpMap {
  readonly Regions?: Readonly<Record<string, DerpRegion | undefined>> | null;
}

/** tailcfg.DERPRegion */
export interface DerpRegion {
  readonly RegionCode: string;
  readonly Nodes?: readonly DerpNode[] | null;
}

/** tailcfg.DERPNode. What is missing has Go's zero value. */
export interface DerpNode {
  readonly HostName: string;
  /** Addresses that are used instead of looking the name up; "none" means that the family is not to be used. */
  readonly IPv4?: string;
  readonly IPv6?: string;
  /** 0 means 443. */
  readonly DERPPort?: number;
  readonly STUNOnly?: boolean;
  /** Its certificate is not to be verified. */
  readonly InsecureForTests?: boolean;
}

/** dnstype.Resolver */
export interface DnsResolver {
  /** An address, or the URL of a server for DNS over HTTPS. */
  readonly Addr?: string | null;
}

/** tailcfg.DNSRecord */
export interface DnsExtraRecord {
  readonly Name: string;
  readonly Value: string;
}

/** tailcfg.DNSConfig: the tailnet's DNS. */
export interface DnsConfig {
  /** Name servers for all names. */
  readonly Resolvers?: readonly DnsResolver[] | null;
  /** Name servers for the names below a domain. A domain without any is tailscaled's own matter. */
  readonly Routes?: Readonly<Record<string, readonly DnsResolver[] | null | undefined>> | null;
  /** Search domains. */
  readonly Domains?: readonly string[] | null;
  readonly ExtraRecords?: readonly DnsExtraRecord[] | null;
}

/** apitype.DNSQueryResponse */
export interface DnsQueryResponse {
  /** The reply in the wire format, in base64. */
  readonly Bytes?: string | null;
}

/** ipn.Notify: a message on the bus. */
export interface Notify {
  readonly State?: number | null;
  readonly ErrMessage?: string | null;
  readonly BrowseToURL?: string | null;
}

/** ipnstate.PingResult */
export interface PingResult {
  readonly Err: string;
  readonly LatencySeconds: number;
}

/** ipn.Options, the body of `start`. */
export interface StartOptions {
  readonly AuthKey: string;
  /** Replaces all preferences of the node. Those that are not named get Go's zero values. */
  readonly UpdatePrefs: Prefs;
}

/** ipn.Prefs */
export interface Prefs {
  readonly ControlURL: string;
  readonly WantRunning: boolean;
  /** Accept routes. */
  readonly RouteAll: boolean;
  /** Accept DNS. */
  readonly CorpDNS: boolean;
  readonly ShieldsUp: boolean;
  readonly RunSSH: boolean;
  /** Networks that the node offers to others; all addresses make it an exit node. */
  readonly AdvertiseRoutes: readonly string[];
  /** Tags that the node asks for; those of its key if there are none. */
  readonly AdvertiseTags: readonly string[];
  readonly ExitNodeAllowLANAccess: boolean;
  /** Which firewall rules Tailscale makes on the machine: {@link NETFILTER_OFF} or {@link NETFILTER_ON}. */
  readonly NetfilterMode: number;
  readonly Hostname: string;
}

/** preftype.NetfilterOff */
export const NETFILTER_OFF = 0;
/** preftype.NetfilterOn */
export const NETFILTER_ON = 2;

/** What of ipn.Prefs decides about names, routes, and peers that connect. */
export type NamePrefs = Pick<Prefs, "RouteAll" | "CorpDNS"> & { readonly ShieldsUp?: boolean };

/** ipn.MaskedPrefs: preferences to change, each with its mark. */
export interface MaskedPrefs {
  readonly RouteAll?: boolean;
  readonly RouteAllSet?: boolean;
  readonly CorpDNS?: boolean;
  readonly CorpDNSSet?: boolean;
  readonly ShieldsUp?: boolean;
  readonly ShieldsUpSet?: boolean;
  readonly Hostname?: string;
  readonly HostnameSet?: boolean;
  readonly WantRunning?: boolean;
  readonly WantRunningSet?: boolean;
  readonly RunSSH?: boolean;
  readonly RunSSHSet?: boolean;
  readonly ExitNodeID?: string;
  readonly ExitNodeIDSet?: boolean;
}

// ipn.State, as the bus numbers it.
export const NEEDS_LOGIN = 2;
export const NEEDS_MACHINE_AUTH = 3;
export const RUNNING = 6;
