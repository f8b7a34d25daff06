// SPDX-License-Identifier: Apache-2.0
import { wordsOf } from "../../../contract/wire/characters.js";

// Networks that this machine is in itself, from the files of the kernel. Pure.

/** The networks without a gateway in /proc/net/route, as `ADDRESS/BITS`. */
export function networksOfRoutes(text: string): string[] {
  const networks: string[] = [];
  for (const line of text.split("\n").slice(1)) {
    const [, destination = "", gateway = "", , , , , mask = ""] = wordsOf(line);
    const bits = bitsOf(mask);
    if (gateway === "00000000" && bits > 0 && destination.length === 8) {
      networks.push(`${dotted(destination)}/${bits}`);
    }
  }
  return networks;
}

/** The networks of the addresses in /proc/net/if_inet6, as `ADDRESS/BITS`. */
export function networksOfAddresses(text: string): string[] {
  const networks: string[] = [];
  for (const line of text.split("\n")) {
    const [digits = "", , length = ""] = wordsOf(line);
    const bits = Number(`0x${length}`);
    if (digits.length !== 32 || !Number.isInteger(bits) || bits === 0) continue;
    const groups: string[] = [];
    for (let i = 0; i < 32; i += 4) groups.push(digits.slice(i, i + 4));
    networks.push(`${groups.join(":")}/${bits}`);
  }
  return networks;
}

/** The name servers in resolv.conf, in order. */
export function nameServersOf(text: string): string[] {
  const servers: string[] = [];
  for (const line of text.split("\n")) {
    const [word = "", address = ""] = wordsOf(line);
    if (word === "nameserver" && address !== "") servers.push(address);
  }
  return servers;
}

/** The kernel writes addresses as numbers of this machine, whose last byte is the first of the address. */
function dotted(digits: string): string {
  return [6, 4, 2, 0].map((at) => `${Number(`0x${digits.slice(at, at + 2)}`)}`).join(".");
}

function bitsOf(mask: string): number {
  const value = Number(`0x${mask}`);
  let bits = 0;
  for (let i = 0; i < 32 && Number.isInteger(value); i += 1) if (((value >>> i) & 1) === 1) bits += 1;
  return bits;
}
