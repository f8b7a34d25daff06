// SPDX-License-Identifier: Apache-2.0
import { METADATA_SERVICES } from "../../../contract/wire/metadata-services.js";
import { ipBytes, type Network } from "../../../contract/wire/networks.js";
import { hex } from "../front/bytes.js";
import { isNode, type TailnetView } from "../names/view.js";

/** Addresses that Tailscale gives to nodes: https://tailscale.com/kb/1033/ip-and-dns-addresses. */
const TAILNET: readonly string[] = ["100.64.0.0/10", "fd7a:115c:a1e0::/48"];

const LOOPBACK: readonly string[] = ["127.0.0.0/8", "::1/128"];

/**
 * The destinations that are captured, in the form that image/native reads: networks with a space between them, and a
 * `!` in front of those that never are. The tunnel decides about each connection again, so the addresses between the
 * nodes' do no harm.
 *
 * @param view null if tailscaled did not answer
 * @param own the networks of this machine and its name servers, as `ADDRESS/BITS` or addresses
 */
export function destinations(view: TailnetView | null, own: readonly string[]): string {
  const excluded = LOOPBACK.concat(own);
  for (const { addresses, contested } of METADATA_SERVICES) {
    for (const address of addresses) excluded.push(address);
    for (const address of contested) if (view === null || !isNode(view, address)) excluded.push(address);
  }
  const words = excluded.map((network) => `!${withBits(network)}`).concat(TAILNET);
  if (view === null) return words.join(" ");
  for (const route of view.routes) words.push(networkText(route));
  if (view.exitNode) words.push("0.0.0.0/0", "::/0");
  return words.join(" ");
}

/** An address as a network of one. */
function withBits(network: string): string {
  if (network.includes("/")) return network;
  return `${network}/${(ipBytes(network) ?? []).length * 8}`;
}

function networkText({ bytes, bits }: Network): string {
  if (bytes.length === 4) return `${bytes.join(".")}/${bits}`;
  const groups: string[] = [];
  for (let i = 0; i < bytes.length; i += 2) groups.push(hex((bytes[i] ?? 0) * 256 + (bytes[i + 1] ?? 0)));
  return `${groups.join(":")}/${bits}`;
}
