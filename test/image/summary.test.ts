// SPDX-License-Identifier: Apache-2.0
import type { Dialed, Dialer } from "../../image/spacetail/front/dialer.js";
import { tally } from "../../image/spacetail/front/tally.js";
import { type Summary, summaryMessage } from "../../image/spacetail/tunnel/summary.js";

const UNUSED: Summary = {
  readyMs: 412,
  direct: 0,
  relayed: 0,
  peers: 0,
  received: 0,
  sent: 0,
  dials: { hosts: 0, failed: 0, slowest: "", slowestMs: 0 },
};

test.each<[string, Partial<Summary>, string]>([
  ["a tunnel that nobody used", {}, "ready in 412 ms; no peer used"],
  [
    "one that was used",
    {
      readyMs: 2345,
      direct: 1,
      relayed: 1,
      peers: 3,
      received: 1_200_000,
      sent: 300,
      dials: { hosts: 2, failed: 1, slowest: "db:5432", slowestMs: 1234 },
    },
    "ready in 2.3 s; 2 hosts reached, slowest connection db:5432 in 1.2 s; 1 connection failed; " +
      "3 peers used (1 direct, 1 relayed); 1.2 MB received, 300 B sent",
  ],
  [
    "one whose peers are idle",
    { peers: 1, received: 92, sent: 148 },
    "ready in 412 ms; 1 peer used; 92 B received, 148 B sent",
  ],
])("%s in one line", (_, summary, line) => {
  expect(summaryMessage({ ...UNUSED, ...summary })).toBe(line);
});

describe("a tally of connections", () => {
  const end: Omit<Dialed, "isTailnet" | "outlet"> = { problem: null, proxy: null };
  /** A dialer whose connections succeed unless the port is 9, and go over the tailnet unless it is 443. */
  const dialer: Dialer = {
    dial: async ({ port }) => ({
      ...end,
      isTailnet: port !== 443,
      outlet: port === 9 ? null : ({} as Dialed["outlet"]),
    }),
  };

  test("counts hosts once, whatever their case, and failures apart", async () => {
    const counted = tally();
    const { dial } = counted.of(dialer);
    for (const [host, port] of [
      ["db", 1],
      ["DB", 2],
      ["state", 1],
      ["vault", 9],
    ] as const)
      await dial({ host, port }, false);
    expect(counted.dials()).toMatchObject({
      hosts: 2,
      failed: 1,
      slowest: expect.stringMatching(/^(db|DB|state):\d$/),
    });
  });

  test("leaves out what does not go over the tailnet", async () => {
    const counted = tally();
    await counted.of(dialer).dial({ host: "example.com", port: 443 }, false);
    expect(counted.dials()).toEqual({ hosts: 0, failed: 0, slowest: "", slowestMs: 0 });
  });
});
