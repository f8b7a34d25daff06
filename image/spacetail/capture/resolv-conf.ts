// SPDX-License-Identifier: Apache-2.0
import { wordsOf } from "../../../contract/wire/characters.js";

// The files that captured programs find names by. Pure.

/**
 * The resolv.conf of the run with our name server, and with the tailnet's domains at the end of the search list.
 *
 * @param isOnly false if programs that cannot reach our server are to have the run's own
 */
export function resolvConf(text: string, server: string, domains: readonly string[], isOnly: boolean): string {
  const lines = [`nameserver ${server}`];
  let search: string[] = [];
  for (const line of text.split("\n")) {
    const [word = "", ...values] = wordsOf(line);
    // The last of both counts.
    if (word === "search" || word === "domain") search = values;
    else if (word === "nameserver" && isOnly) continue;
    else if (word !== "") lines.push(line);
  }
  const all = search.concat(domains.filter((domain) => !search.includes(domain)));
  if (all.length > 0) lines.push(`search ${all.join(" ")}`);
  return `${lines.join("\n")}\n`;
}

/** The hosts file of the run with the tailnet's names, which come without the final dot. */
export function hostsFile(text: string, names: ReadonlyMap<string, readonly string[]>, suffix: string): string {
  const lines: string[] = [];
  for (const [name, addresses] of names) {
    const isShort = suffix !== "" && name.endsWith(`.${suffix}`);
    const short = isShort ? ` ${name.slice(0, -suffix.length - 1)}` : "";
    for (const address of addresses) lines.push(`${address} ${name}${short}`);
  }
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${lines.join("\n")}\n`;
}
