// SPDX-License-Identifier: Apache-2.0
import { BUILDS, type Build } from "../world/images.js";
import { accessTo, describeInContainers, PATIENT, Stage, useWorld } from "./stage.js";

/** WireGuard repeats a lost handshake after 5 s; a request that waited for that took longer. Milliseconds. */
const RETRANSMISSION = 5000;

/** Prints how long two requests through the tunnel took to their first bytes, one after the other. */
export const FIRST_BYTES = `
  const get = () => new Promise((done) => {
    const began = Date.now();
    require("http").get({ port: 8080, path: "http://state/hello" }, (reply) => {
      if (reply.statusCode !== 200) process.exit(1);
      reply.once("data", () => done(Date.now() - began));
    });
  });
  get().then(async (first) => { console.log(first, await get()); process.exit(); });`.replaceAll("\n", " ");

/** Whether the first of two requests took so much longer that it must have waited for a second handshake. */
export function paidRetransmission(first: number, second: number): boolean {
  return first > second + RETRANSMISSION / 2;
}

/** Tests that the first request right after `up` never waits for a lost handshake, `rounds` times in every case. */
export function describeFirstConnections(rounds: number): void {
  describeInContainers("the first connection right after up", () => {
    const world = useWorld();
    const cases = BUILDS.flatMap((build) => [0, 150, 500].map((delay) => [build, delay] as const));

    test.each(cases)(
      `%s, join delay %i ms: none of ${rounds} loses a handshake`,
      async (build: Build, joinDelayMs) => {
        await world().tailnet.settings({ joinDelayMs });
        const stage = await Stage.open(build, { ...(await accessTo(world().tailnet)), ...PATIENT });
        try {
          const round = `spacetail up 2>/tmp/up && node -e '${FIRST_BYTES}' && spacetail down 2>/dev/null || cat /tmp/up`;
          const output = await stage.run(`for i in $(seq ${rounds}); do ${round}; done`);
          const lines = output.text.trim().split("\n");
          // A line that is not two times says what went wrong.
          expect(lines.filter((line) => !/^\d+ \d+$/.test(line))).toEqual([]);
          expect(lines).toHaveLength(rounds);
          const times = lines.map((line) => line.split(" ").map(Number));
          expect(times.filter(([first = 0, second = 0]) => paidRetransmission(first, second))).toEqual([]);
        } finally {
          await stage.close();
        }
      },
      rounds * 120_000,
    );
  });
}
