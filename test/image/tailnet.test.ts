// SPDX-License-Identifier: Apache-2.0

import { parseHead } from "../../image/spacetail/egress/http-reply.js";
import { controlError, lastMessage, problemLines, socksPort } from "../../image/spacetail/tailnet/daemon-log.js";
import type { PeerStatus, Status } from "../../image/spacetail/tailnet/ipn.js";
import { nodeName } from "../../image/spacetail/tailnet/join.js";
import { type DialResult, dialResult } from "../../image/spacetail/tailnet/local-api.js";
import { findPeer } from "../../image/spacetail/tailnet/status.js";
import { outcomeMessage, outcomeOf, type TargetOutcome } from "../../image/spacetail/tailnet/target-outcome.js";

describe("parseHead", () => {
  test("reads status and headers, and finds the body", () => {
    const text = "HTTP/1.1 204 No Content\r\nTailscale-Version: 1.102.3\r\n\r\nbody";
    expect(parseHead(text)).toEqual({
      status: 204,
      headers: { "tailscale-version": "1.102.3" },
      bodyAt: text.length - 4,
    });
  });

  test("waits while the head is not complete", () => {
    expect(parseHead("")).toBeNull();
    expect(parseHead("HTT")).toBeNull();
    expect(parseHead("HTTP/1.0 200 OK\r\nA: b\r\n")).toBeNull();
  });

  test("refuses what is not HTTP", () => {
    expect(() => parseHead("SSH-2.0-x\r\n\r\n")).toThrow("the answer is not HTTP");
    expect(() => parseHead("HTTP/1.1 abc\r\n\r\n")).toThrow("the answer has no HTTP status");
  });
});

describe("tailscaled's log", () => {
  const log = [
    "2026/11/21 12:33:23 wgengine: got TSMP pong",
    "2026/11/21 12:33:24 control: error: key tskey-auth-abc refused",
    "2026/11/21 12:33:24 control: error: key tskey-auth-abc refused",
    "2026/11/21 12:33:25 [v1] some error of no interest",
    '2026/11/21 12:33:25 Received error: fetch control key: Get "http://127.0.0.1:9/key": connection refused',
    '2026/11/21 12:33:26 [RATELIMIT] format("Received error: %v")',
    "2026/11/21 12:33:26 HTTP proxy listener: listen tcp 127.0.0.1:8080: bind: address already in use",
  ].join("\n");

  test("problemLines picks the last lines that matter, without secrets and repetition", () => {
    expect(problemLines(log, [], 5)).toEqual([
      "control: error: key [secret] refused",
      'Received error: fetch control key: Get "http://127.0.0.1:9/key": connection refused',
      "HTTP proxy listener: listen tcp 127.0.0.1:8080: bind: address already in use",
    ]);
    expect(problemLines(log, [], 1)).toHaveLength(1);
  });

  test("problemLines does not repeat the line that it follows, nor what differs only in numbers", () => {
    const reset = (port: number) =>
      `2026/11/21 12:33:23 Received error: register request: read tcp 127.0.0.1:${port}->127.0.0.1:80: reset`;
    const lines = [
      reset(4001),
      "2026/11/21 12:33:23 control: register: authkey expired",
      reset(52),
      "2026/11/21 12:33:24 Received error: authkey expired",
      '2026/11/21 12:33:25 bootstrapDNS("derp1f.tailscale.com", "192.0.2.1") for "hs.test" error: no route',
      "2026/11/21 12:33:25 magicsock: last netcheck reported send error. Rebinding.",
    ].join("\n");
    expect(problemLines(lines, [], 5, "The control server refused the node (authkey expired). Make a key.")).toEqual([
      "Received error: register request: read tcp 127.0.0.1:52->127.0.0.1:80: reset",
    ]);
    const said = "The control server cannot be used (register request: read tcp 127.0.0.1:7->127.0.0.1:80: reset).";
    expect(problemLines(reset(1), [], 5, said)).toEqual([]);
  });

  test("problemLines shows control characters of a server as question marks", () => {
    expect(problemLines("2026/11/21 12:33:23 error: \u001b[31mred", [], 5)).toEqual(["error: ?[31mred"]);
  });

  test("problemLines leaves out what is noise in a container, and the list of flags", () => {
    const lines = [
      '2026/11/21 12:33:23 error calling getent for user "1983": exit status 2',
      "  -no-logs-no-support",
      "    \tdisable log uploads; invalid without it",
    ];
    expect(problemLines(lines.join("\n"), [], 5)).toEqual([]);
  });

  test("lastMessage says why tailscaled exited", () => {
    expect(lastMessage("2026/11/21 12:33:23 dns: direct\n2026/11/21 12:33:24 safesocket.Listen: no\n")).toBe(
      "safesocket.Listen: no",
    );
    expect(lastMessage("flag provided but not defined: -x\nUsage of tailscaled:\n  -version\n    \tprint it\n")).toBe(
      "flag provided but not defined: -x",
    );
    expect(lastMessage("")).toBe("");
  });

  test("controlError finds why the control server cannot be reached", () => {
    expect(controlError(log)).toBe('fetch control key: Get "http://127.0.0.1:9/key": connection refused');
    expect(controlError("")).toBe("");
  });

  test("socksPort finds the port that tailscaled's SOCKS5 proxy has chosen", () => {
    expect(socksPort("2026/11/21 12:33:23 SOCKS5 listening on 127.0.0.1:38067\n2026/11/21 12:33:24 x")).toBe(38067);
    expect(socksPort(log)).toBe(0);
  });
});

describe("a dial", () => {
  const reply = (status: number, body: string, headers: Record<string, string> = {}) => ({ status, headers, body });
  test.each<[string, ReturnType<typeof reply> | null, DialResult]>([
    ["a connection", reply(101, ""), "connected"],
    ["an address that tailscaled leaves to its client", reply(200, "", { "dial-self": "true" }), "not-on-tailnet"],
    ["a name nobody has", reply(502, "resolve failure: no such host\n"), "unresolved"],
    [
      "a port nobody listens on",
      reply(502, "dial failure: connect tcp 100.64.0.2:1: connection was refused\n"),
      "refused",
    ],
    ["another failure", reply(502, "dial failure: no route to host\n"), "failed"],
    ["no answer", null, "timeout"],
  ])("of %s", (_, answer, result) => {
    expect(dialResult(answer)).toBe(result);
  });

  test.each<[DialResult, boolean, TargetOutcome]>([
    ["connected", true, "reached"],
    ["not-on-tailnet", false, "not-on-tailnet"],
    ["unresolved", false, "unknown-name"],
    ["refused", true, "refused"],
    ["timeout", true, "dropped"],
    ["failed", true, "dropped"],
    ["timeout", false, "unreachable"],
    ["failed", false, "unreachable"],
  ])("with the result %s (node answers pings: %s) means %s", (result, pinged, outcome) => {
    expect(outcomeOf(result, pinged)).toBe(outcome);
  });
});

test.each<[TargetOutcome, string]>([
  [
    "unknown-name",
    "no node named \"db\" is visible to this node. Check TS_WAIT_FOR, and that the tailnet's policy lets this node's tags see it.",
  ],
  ["not-on-tailnet", "db is not on this tailnet. Check TS_WAIT_FOR, or add --accept-routes to TS_EXTRA_ARGS."],
  ["offline", "db.tail.test was offline for 4 s. Start it."],
  [
    "dropped",
    "db.tail.test answers pings but drops the connection, which the tailnet's policy or a firewall does. Grant this node's tags port 5432 of db.tail.test, or open its firewall.",
  ],
  ["refused", "db.tail.test refused the connection for 4 s. Start the service that listens on port 5432."],
  ["unreachable", "db.tail.test did not answer for 4 s, not even to pings. Check that it is up."],
])("a service that is %s has a line that says what to do", (outcome, line) => {
  const message = outcomeMessage({ host: "db", port: 5432 }, outcome, "db.tail.test", "4 s");
  expect(message).toBe(`Cannot reach db:5432: ${line}`);
});

test.each([
  ["", "worker-1", "spacelift-worker-1"],
  ["Lone_Node!", "worker-1", "lone-node"],
  ["", "", "spacelift"],
])("a node that should be called %j, on the machine %j, is called %s", (wanted, machine, name) => {
  expect(nodeName(wanted, machine)).toBe(name);
});

test("findPeer accepts short names for nodes of this tailnet only", () => {
  const node = (name: string): PeerStatus => ({
    ID: name,
    HostName: "db",
    DNSName: `${name}.`,
    TailscaleIPs: [],
    Online: true,
    ExitNodeOption: false,
  });
  const shared = node("db.acme.test");
  const own = node("db.tail.test");
  const status = { BackendState: "Running", MagicDNSSuffix: "tail.test", Peer: { a: shared, b: own } };
  expect(findPeer(status, "db")).toBe(own);
  expect(findPeer(status, "db.acme.test")).toBe(shared);
  expect(findPeer({ ...status, Peer: { a: shared } }, "db")).toBeNull();
});

test("findPeer knows names, short names and addresses", () => {
  const db = {
    ID: "n1",
    HostName: "db",
    DNSName: "db.tail.test.",
    TailscaleIPs: ["100.64.0.2", "fd7a::2"],
    Online: true,
    ExitNodeOption: false,
  };
  const status: Status = { BackendState: "Running", MagicDNSSuffix: "tail.test", Peer: { k: db } };
  for (const host of ["db", "DB", "db.tail.test", "db.tail.test.", "100.64.0.2", "fd7a::2"]) {
    expect(findPeer(status, host)).toBe(db);
  }
  for (const host of ["d", "db.tail", "db.other.test", "100.64.0.3"]) expect(findPeer(status, host)).toBeNull();
});
