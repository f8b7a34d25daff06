// SPDX-License-Identifier: Apache-2.0
import { BUILDS } from "../world/images.js";
import { describeFirstConnections, FIRST_BYTES, paidRetransmission } from "./first-connections.js";
import { accessTo, describeInContainers, runOnce, Stage, TAG, useWorld } from "./stage.js";

// Many more rounds are in test/long/e2e.
describeFirstConnections(5);

describeInContainers("peers that are online and do not answer", () => {
  const world = useWorld({ joinDelayMs: 600_000 });

  test.each(BUILDS)("%s: up does not wait for them", async (build) => {
    const since = (await world().tailnet.events()).at(-1)?.seq ?? 0;
    const output = await runOnce(world().tailnet, build, {
      environment: await accessTo(world().tailnet),
    });
    expect(output).toMatchObject({ code: 0, text: expect.stringContaining("3 peers are online") });
    const events = await world().tailnet.events(since);
    const names = world().tailnet.info.peers.map(({ name }) => name);
    expect(events.map(({ type }) => type)).toContain("node-online");
    expect(events.filter(({ type, peer }) => type === "node-known" && names.includes(`${peer}`))).toEqual([]);
  });
});

describeInContainers("the embedded tailnet", () => {
  // Longer than a program takes to start on a busy machine, and shorter than the retransmission.
  const world = useWorld({ joinDelayMs: 3000 });

  test("does lose a handshake that comes too early, so the tests above can fail", async () => {
    const { key } = await world().tailnet.makeKey({ tags: [TAG], ephemeral: true, preauthorized: true });
    const stage = await Stage.open("native", {});
    try {
      const daemon =
        "tailscaled --tun=userspace-networking --state=mem: --port=0 --socket=/tmp/s --outbound-http-proxy-listen=localhost:8080";
      const join = `tailscale --socket=/tmp/s up --auth-key=${key} --login-server=${world().tailnet.info.controlUrl}`;
      const output = await stage.run(
        `${daemon} >/dev/null 2>&1 & ${join} >/dev/null && node -e '${FIRST_BYTES}'; kill $!; wait`,
      );
      const [first = 0, second = 0] = output.text.split(" ").map(Number);
      expect({ first, second, paid: paidRetransmission(first, second) }).toMatchObject({ paid: true });
    } finally {
      await stage.close();
    }
  });
});
