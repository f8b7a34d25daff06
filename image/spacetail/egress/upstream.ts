// SPDX-License-Identifier: Apache-2.0

/** The proxy that a run had before the tunnel, as HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names it. */
export interface UpstreamProxy {
  /** How to talk to it: HTTP in the clear, HTTP within TLS, or SOCKS5. */
  readonly scheme: "http" | "https" | "socks5";
  /** A name, an IPv4 address, or an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Both empty if the proxy takes everybody. */
  readonly user: string;
  readonly password: string;
}
