// SPDX-License-Identifier: Apache-2.0
import type { UpstreamProxy } from "../egress/upstream.js";

/**
 * Where a connection goes:
 *
 * - "tailnet": through tailscaled, to the first of the addresses that answers;
 * - "direct": straight out of this machine, to the first of the addresses that answers;
 * - "upstream": to the proxy that the run had before, which looks the name up itself;
 * - "refused": nowhere, for a reason that can be shown.
 */
export type Route =
  | { readonly via: "tailnet"; readonly addresses: readonly string[] }
  | { readonly via: "direct"; readonly addresses: readonly string[] }
  | { readonly via: "upstream"; readonly proxy: UpstreamProxy }
  | { readonly via: "refused"; readonly reason: string };

/** Decides about connections, as a machine on the tailnet would. */
export interface Router {
  /**
   * The way to a host, with its addresses in the order in which to try them (RFC 8305). Never rejects: what cannot be
   * looked up is refused. Looks names up within a few seconds, and blocks nothing meanwhile.
   *
   * @param host a name, an IPv4 address, or an IPv6 address with or without brackets
   * @param plainHttp whether plain HTTP is to be spoken, for which a run may have another proxy; by default on port 80
   */
  readonly route: (host: string, port: number, plainHttp?: boolean) => Promise<Route>;
}
