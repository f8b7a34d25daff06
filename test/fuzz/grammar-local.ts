// SPDX-License-Identifier: Apache-2.0
import { mutated, type Pieces, scrambled } from "./mutate.js";
import type { Random } from "./random.js";

/** What tailscaled answers to the calls of the parser `local`, by their numbers. */
const BODIES: readonly (readonly unknown[])[] = [
  [
    { Version: "1.102.3", State: 2 },
    { State: 4, ErrMessage: null },
    { ErrMessage: "invalid key" },
    { BrowseToURL: "https://login.test/a" },
    { State: 6 },
  ],
  [
    {
      BackendState: "Running",
      MagicDNSSuffix: "tail.test",
      Self: { ID: "n1", HostName: "run", DNSName: "run.tail.test.", TailscaleIPs: ["100.64.0.5"], Online: true },
      Peer: {
        "nodekey:1": {
          ...{ ID: "n2", HostName: "db", DNSName: "db.tail.test.", TailscaleIPs: ["100.64.0.3", "fd7a::1"] },
          ...{ Online: true, ExitNodeOption: false, ExitNode: false, PrimaryRoutes: ["10.0.0.0/8"], Tags: ["tag:a"] },
          ...{
            CurAddr: "10.0.0.1:41641",
            Relay: "fra",
            RxBytes: 12,
            TxBytes: 9e15,
            LastHandshake: "0001-01-01T00:00:00Z",
          },
        },
      },
    },
  ],
  [
    {
      Resolvers: [{ Addr: "10.0.0.53" }],
      Routes: { "corp.test.": [{ Addr: "10.0.0.53" }], "tail.test": null, ".": [] },
      Domains: ["tail.test", "corp.test"],
      ExtraRecords: [{ Name: "wiki.corp.test", Type: "A", Value: "100.64.0.9" }],
    },
  ],
  [{ Bytes: "AAGBgAABAAEAAAAAAmRiBHRlc3QAAAEAAcAMAAEAAQAAADwABGRAAAM=" }],
  [
    { IP: "100.64.0.3", Err: "", LatencySeconds: 0.012 },
    { Err: "no matching peer", LatencySeconds: 0 },
  ],
  ["resolve failure: no such host", "dial failure: connection was refused"],
  ["resolve failure: no such host", "dial failure: connect tcp 100.64.0.3:80: host is unreachable"],
  [
    {
      Regions: {
        "1": { RegionID: 1, RegionCode: "fra", Nodes: [{ HostName: "relay.test", DERPPort: 443, STUNOnly: true }] },
      },
    },
  ],
  [{ RouteAll: true, CorpDNS: false, ControlURL: "https://control.test" }],
];

const HEADS: readonly Pieces[] = [
  ["HTTP/1.0 200 OK\r\n", "Content-Type: application/json\r\n", "\r\n"],
  ["HTTP/1.1 200 OK\r\n", "Content-Length: 30\r\n", "\r\n"],
  ["HTTP/1.1 101 Switching Protocols\r\n", "Connection: upgrade\r\n", "Upgrade: ts-dial\r\n", "\r\n"],
  ["HTTP/1.1 502 Bad Gateway\r\n", "Content-Length: 29\r\n", "\r\n"],
  ["HTTP/1.1 200 OK\r\n", "Dial-Self: true\r\n", "Content-Length: 0\r\n", "\r\n"],
];

const WORDS = [
  ...'{}[]:,"\n',
  "null",
  "true",
  "-0",
  "1e400",
  "0.1e-7",
  '"\\ud800"',
  '"\\u0000"',
  '"\\x"',
  '"\xe2\x82"',
  '{"State":6}\n',
  "[".repeat(3000),
  '{"a":'.repeat(3000),
  '"'.concat("x".repeat(20_000), '"'),
  "\r\n\r\n",
  "Content-Length: 5\r\n",
  "Content-Length: -5\r\n",
  "Content-Length: x\r\n",
  "Transfer-Encoding: chunked\r\n",
  "HTTP/1.1 999 \r\n",
  "X: 1\r\n".repeat(3000),
];

/** An answer of tailscaled: which call, how it is cut, and its bytes. */
export function localAnswer(random: Random): Buffer {
  const call = random.below(BODIES.length);
  const usual = HEADS[call === 5 || call === 6 ? 3 : 0] ?? [];
  const seeds = [...(BODIES[random.once(9) ? random.below(BODIES.length) : call] ?? [])];
  const texts = seeds.map((body) => (typeof body === "string" ? body : `${JSON.stringify(body)}\n`));
  // The bus is a stream of them.
  const bodies = call === 0 ? [piecesOf(texts.join(""))] : texts.map(piecesOf);
  const head = random.once(4) ? mutated(random, HEADS, WORDS) : usual;
  const bytes = Buffer.from([...head, ...mutated(random, bodies, WORDS)].join(""), "latin1");
  const cut = random.once(2) ? 0 : random.byte();
  return Buffer.concat([Buffer.from([call, cut]), random.once(5) ? scrambled(random, bytes) : bytes]);
}

/** The tokens of a JSON text, or the words of any other. */
function piecesOf(text: string): Pieces {
  return text.match(/"(?:[^"\\]|\\.)*"|[{}[\]:,\n]|[^{}[\]:,"\n]+/g) ?? [text];
}
