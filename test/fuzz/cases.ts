// SPDX-License-Identifier: Apache-2.0
import { dnsReply } from "./grammar-dns.js";
import { requests, responses, session, socksClient, upstreamAnswer } from "./grammar-http.js";
import { localAnswer } from "./grammar-local.js";
import { settingsRecords } from "./grammar-words.js";
import type { Random } from "./random.js";

/** The parts of the executable that have parsers. */
export const GROUPS = ["http", "socks", "dns", "local", "words"] as const;

/** What parsers are fed with. */
export interface Fuzzed {
  readonly name: string;
  /** The part of the executable that they belong to. */
  readonly group: (typeof GROUPS)[number];
  /** The name of the parser in the program of `parsers/`. */
  readonly parser: string;
  readonly make: (random: Random) => Buffer;
  /** Whether Node makes the same of every input. Of JSON it does not: the native build alone checks its shape. */
  readonly isSame: boolean;
}

export const FUZZED: readonly Fuzzed[] = [
  { name: "http-session", group: "http", parser: "front", make: (r) => session(r, requests), isSame: true },
  { name: "http-request", group: "http", parser: "http-request", make: requests, isSame: true },
  { name: "http-response", group: "http", parser: "http-response", make: (r) => cut(r, responses(r)), isSame: true },
  { name: "api-reply", group: "http", parser: "api-reply", make: (r) => cut(r, responses(r)), isSame: true },
  { name: "upstream", group: "http", parser: "upstream", make: upstreamAnswer, isSame: true },
  { name: "socks-session", group: "socks", parser: "front", make: (r) => session(r, socksClient), isSame: true },
  { name: "socks", group: "socks", parser: "socks", make: socksClient, isSame: true },
  { name: "dns", group: "dns", parser: "dns", make: dnsReply, isSame: true },
  { name: "local", group: "local", parser: "local", make: localAnswer, isSame: false },
  { name: "settings", group: "words", parser: "settings", make: settingsRecords, isSame: true },
];

/** The first byte says how a network cuts the others. */
function cut(random: Random, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([random.byte()]), bytes]);
}
