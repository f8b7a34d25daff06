// SPDX-License-Identifier: Apache-2.0
import { bypassedMessage } from "../../../image/spacetail/names/bypassed.js";
import type { PeerStatus } from "../../../image/spacetail/tailnet/ipn.js";

const peer = (name: string, address: string): PeerStatus => ({
  ID: name,
  HostName: name,
  DNSName: `${name}.tail.ts.net.`,
  TailscaleIPs: [address, "fd7a:115c:a1e0::1"],
  Online: true,
  ExitNodeOption: false,
});
const PEERS = [peer("db", "100.64.0.1"), peer("web", "100.100.0.2")];

describe("bypassedMessage", () => {
  test.each([
    ["100.64.0.0/10", 2],
    [".ts.net", 2],
    ["tail.ts.net", 2],
    ["db.tail.ts.net", 1],
    ["100.64.0.1", 1],
    ["100.0.0.0/8", 2],
    ["fd7a:115c:a1e0::/48", 2],
  ])("names %s", (entry, count) => {
    expect(bypassedMessage(`localhost,${entry},10.0.0.0/8`, PEERS)).toBe(
      `NO_PROXY of this run has ${entry}: programs do not use the tunnel for ${count} of 2 peers. Remove that entry from ` +
        "the run's environment.",
    );
  });

  test.each(["", "localhost,10.0.0.0/8", "*", "ts.network", ".corp.test", "100.64.0.1:443"])(
    "says nothing about %j",
    (list) => {
      expect(bypassedMessage(list, PEERS)).toBe("");
    },
  );
});
