// SPDX-License-Identifier: Apache-2.0
import { LANES, type Lane } from "../world/images.js";
import { accessTo, describeInContainers, Stage, useWorld } from "./stage.js";

/** WireGuard repeats a lost handshake after 5 s. Whoever waits nearly that long has lost one. Milliseconds. */
const LOST_MS = 4500;

/** Rounds of `up`, a first request, `down`. */
const ROUNDS = 30;

/** What a round may take on a busy machine; on an idle one it is half a second. Milliseconds. */
const ROUND_MS = 20_000;

describeInContainers("the first connection right after up", () => {
  const world = useWorld();
  const cases = LANES.flatMap((lane) => [0, 150, 500].map((delay) => [lane, delay] as const));

  const title = "%s, join delay %i ms: no handshake is lost";
  const check = async (lane: Lane, joinDelayMs: number): Promise<void> => {
    await world().tailnet.settings({ joinDelayMs });
    const stage = await Stage.open(lane, await accessTo(world().tailnet));
    try {
      const round = `spacetail up 2>/tmp/up && node -e '${FIRST_BYTE}' && spacetail down 2>/dev/null || cat /tmp/up`;
      const output = await stage.run(`for i in $(seq ${ROUNDS}); do ${round}; done`);
      const lines = output.text.trim().split("\n");
      const times = lines.map(Number);
      // A line that is not a time says what went wrong.
      expect(lines.filter((_, i) => Number.isNaN(times[i]))).toEqual([]);
      expect(times).toHaveLength(ROUNDS);
      for (const ms of times) expect(ms).toBeLessThan(LOST_MS);
    } finally {
      await stage.close();
    }
  };
  test.each(cases)(title, check, ROUNDS * ROUND_MS);
});

describeInContainers("the embedded tailnet", () => {
  // Longer than a program takes to start on a busy machine, and shorter than the retransmission.
  const world = useWorld({ joinDelayMs: 2000 });

  test("does lose a handshake that comes too early, so the tests above can fail", async () => {
    const { key } = await world().tailnet.makeKey({ tags: ["tag:spacelift"], ephemeral: true, preauthorized: true });
    const stage = await Stage.open("native", {});
    try {
      const daemon =
        "tailscaled --tun=userspace-networking --state=mem: --port=0 --socket=/tmp/s --outbound-http-proxy-listen=localhost:8080";
      const join = `tailscale --socket=/tmp/s up --auth-key=${key} --login-server=${world().tailnet.info.controlUrl}`;
      const output = await stage.run(
        `${daemon} >/dev/null 2>&1 & ${join} >/dev/null && node -e '${FIRST_BYTE}'; kill $!; wait`,
      );
      expect(Number(output.text)).toBeGreaterThanOrEqual(LOST_MS);
    } finally {
      await stage.close();
    }
  });
});

/** Prints how long a request through the tunnel took to its first byte. */
const FIRST_BYTE = `
  const began = Date.now();
  require("http").get({ port: 8080, path: "http://state/hello" }, (reply) => {
    reply.once("data", () => { console.log(Date.now() - began); process.exit(reply.statusCode === 200 ? 0 : 1); });
  });`.replaceAll("\n", " ");
