// SPDX-License-Identifier: Apache-2.0
// image/hosts/coder on another base than in the other tests: the next release, with its newer systemd.
import { spawnSync } from "node:child_process";
import { machinesProblem } from "../world/machines/images.js";
import type { Machine } from "../world/machines/machine.js";
import { discard, WorkspaceImage } from "./coder-stage.js";
import { bootProblem, describeOnMachines, succeeds } from "./machine-stage.js";
import { appears } from "./serve-stage.js";
import { accessTo, TAG, useWorld } from "./stage.js";

describeOnMachines(
  "workspaces of Coder on Debian 13",
  () => {
    const world = useWorld();
    let image: WorkspaceImage;
    let machine: Machine | undefined;
    let home = "";
    beforeAll(async () => {
      image = await WorkspaceImage.make("native", 0, "workspace-tailnet", { suite: "trixie" });
    });
    beforeEach(() => {
      home = image.home();
    });
    afterEach(async () => {
      await machine?.stop();
      machine = undefined;
      discard(home);
      for (const node of await world().tailnet.joinedNodes()) await world().tailnet.deleteNode(node.name);
    });
    /** A key, and where the embedded tailnet is. */
    const access = async (): Promise<{ TS_CONTROL_URL: string; TS_AUTHKEY: string }> => ({
      TS_CONTROL_URL: (await accessTo(world().tailnet)).TS_CONTROL_URL,
      TS_AUTHKEY: (await world().tailnet.makeKey({ tags: [TAG], preauthorized: true })).key,
    });
    /** The ways of programs to the tailnet that the README names. */
    async function reaches(one: Machine): Promise<void> {
      expect((await one.run("cat /etc/debian_version")).text).toMatch(/^13\./);
      for (const client of [
        "curl -sS",
        "env -u http_proxy curl -sS",
        "env -u http_proxy -u ALL_PROXY proxychains4 curl -sS",
      ])
        expect(await succeeds(one, `${client} http://state/hello`, image.owner)).toContain("hello from the tailnet");
      expect(await one.run("proxychains4 nc -zv state 80", image.owner)).toMatchObject({ code: 0 });
    }

    test("without systemd", async () => {
      machine = await image.start("devbox", home, { environment: await access() });
      await appears(machine.console, /on the tailnet as devbox/);
      await reaches(machine);
    });

    test("the unit is valid", () => {
      const words = [image.root, "systemd-analyze", "verify", "--man=no", "tailscaled.service"];
      const { status, stderr } = spawnSync("chroot", words, { encoding: "utf8" });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    });

    const problem = bootProblem();
    if (problem !== null) console.warn(`skipped: booting systemd: ${problem}`);
    (problem === null ? test : test.skip)("with systemd", async () => {
      machine = await image.boot("devbox", home, await access());
      await succeeds(machine, "systemctl is-active tailscaled && tailscale status", image.owner);
      await reaches(machine);
    });
  },
  machinesProblem("trixie"),
);
