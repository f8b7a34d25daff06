// SPDX-License-Identifier: Apache-2.0
// image/hosts/palette: hosts that log in with an OAuth client or an identity token, for the first time and again.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tunProblem } from "../world/machines/images.js";
import type { Machine } from "../world/machines/machine.js";
import type { RunIdentity } from "../world/spacelift/index.js";
import { bootProblem, describeOnMachines, succeeds } from "./machine-stage.js";
import { useEdgeHosts } from "./palette-stage.js";
import { eventually, TAG, useWorld } from "./stage.js";

/** Whom the identity tokens of these tests are about: any issuer's will do. */
const SHOP: RunIdentity = {
  spaceId: "root",
  callerType: "stack",
  callerId: "shop",
  runType: "TASK",
  runId: "01JTESTRUN",
  scope: "write",
};

describeOnMachines(
  "edge hosts of Palette that log in without an auth key",
  () => {
    const world = useWorld();
    const { renderUserData, install, boot, joined, isJoined } = useEdgeHosts(world);

    const mintedSince = async (since: number): Promise<unknown[]> =>
      (await world().tailnet.events(since)).filter(({ type, kind }) => type === "key-minted" && kind === "auth");
    const eventsSoFar = async (): Promise<number> => (await world().tailnet.events()).length;
    /** Lets the node's key expire, and waits until the host has logged in with a new auth key. */
    async function expire(name: string, machine: Machine): Promise<void> {
      const before = await eventsSoFar();
      const { addresses } = (await joined(name)) ?? {};
      await world().tailnet.expireNode(name);
      await eventually(
        async () => (await machine.run("journalctl -u tailscaled | grep 'On the tailnet again'")).code === 0,
        "it logs in again",
      );
      await isJoined(name);
      expect(await mintedSince(before)).toEqual([expect.objectContaining({ ephemeral: false, tags: [TAG] })]);
      expect((await joined(name))?.addresses).toEqual(addresses);
      expect(await succeeds(machine, "curl -sS http://state/hello")).toContain("hello from the tailnet");
    }
    async function has(name: string, machine: Machine, secret: string): Promise<void> {
      // Otherwise the unit still waits for traffic.
      await succeeds(machine, "systemctl is-active tailscaled");
      expect(await joined(name)).toMatchObject({ name, ephemeral: false, shieldsUp: false, tags: [TAG] });
      const { text } = await machine.run("cat /etc/default/tailscaled; journalctl -u tailscaled; ps -eo args");
      expect(text).toContain(name);
      expect(text).not.toContain(secret);
    }

    test("with an OAuth client, and again when the node's key expires", async () => {
      const { secret } = await world().tailnet.makeClient(["auth_keys"], [TAG]);
      const data = await renderUserData("--no-ssh", "--hostname", "shop-1", "--oauth-secret", "--tags", TAG);
      const device = await install(data, "", { "client-secret": `${secret}\n` });
      const machine = await boot(device, data.install?.bind_mounts ?? []);
      await isJoined("shop-1");
      await has("shop-1", machine, secret);
      await expire("shop-1", machine);
    });

    test("with an identity token that is fresh, and again when the node's key expires", async () => {
      const { tailnet, oidc } = world();
      const audience = oidc.settings.audience;
      const subject = "space:root:stack:shop:*";
      const trust = { scopes: ["auth_keys"], tags: [TAG], issuer: oidc.issuer, subject, audience };
      const { id } = await tailnet.makeIdentity(trust);
      const flags = ["--no-ssh", "--hostname", "shop-2", "--federated", "--client-id", id, "--tags", TAG];
      const data = await renderUserData(...flags);
      // GIVEN a token that has expired since the installer was made
      oidc.settings.clockSkewSeconds = -7200;
      const stale = oidc.issue(SHOP);
      oidc.settings.clockSkewSeconds = 0;
      const device = await install(data, "", { "id-token": stale });
      const machine = await boot(device, data.install?.bind_mounts ?? []);
      const refused = "journalctl --output=cat -u tailscaled | grep '^spacetail: .*identity token.*expired'";
      expect(await succeeds(machine, refused)).not.toContain(stale);
      // WHEN there is a fresh one THEN the host joins
      const fresh = oidc.issue(SHOP);
      writeFileSync(join(device.oem, "tailscale/id-token"), fresh, { mode: 0o600 });
      await isJoined("shop-2");
      await has("shop-2", machine, fresh);
      // AND it reads the file again for the next login
      const next = oidc.issue({ ...SHOP, runId: "01JTESTNEXT" });
      writeFileSync(join(device.oem, "tailscale/id-token"), next, { mode: 0o600 });
      const before = await eventsSoFar();
      await expire("shop-2", machine);
      expect((await tailnet.events(before)).some(({ type }) => type === "token-exchanged")).toBe(true);
    });
  },
  tunProblem() ?? bootProblem(),
);
