// SPDX-License-Identifier: Apache-2.0
// image/hosts/coder under systemd: its unit, and a boot in namespaces.
import { spawnSync } from "node:child_process";
import type { Machine } from "../world/machines/machine.js";
import { discard, WorkspaceImage } from "./coder-stage.js";
import { bootProblem, describeOnMachines, succeeds } from "./machine-stage.js";
import { accessTo, TAG, useWorld } from "./stage.js";

describeOnMachines("workspaces of Coder, with systemd", () => {
  const world = useWorld();
  let image: WorkspaceImage;
  const machines: Machine[] = [];
  const homes: string[] = [];
  beforeAll(async () => {
    image = await WorkspaceImage.make("native", 0, "workspace-tailnet");
  });
  afterEach(async () => {
    for (const machine of machines.splice(0)) await machine.stop();
    for (const home of homes.splice(0)) discard(home);
    for (const node of await world().tailnet.joinedNodes()) await world().tailnet.deleteNode(node.name);
  });
  const boot = async (hostname: string, volume?: string): Promise<Machine> => {
    const home = volume ?? image.home();
    homes.push(home);
    const { TS_CONTROL_URL } = await accessTo(world().tailnet);
    const machine = await image.boot(hostname, home, { TS_CONTROL_URL });
    machines.push(machine);
    return machine;
  };

  test("the unit is valid, and confined", () => {
    const verify = ["systemd-analyze", "verify", `--root=${image.root}`, "--man=no", "tailscaled.service"];
    const checked = spawnSync("chroot", [image.root, ...verify.filter((word) => !word.startsWith("--root"))], {
      encoding: "utf8",
    });
    expect({ status: checked.status, stderr: checked.stderr }).toEqual({ status: 0, stderr: "" });
    const unit = "/etc/systemd/system/tailscaled.service";
    const security = ["systemd-analyze", "security", "--offline=true", "--threshold=25", unit];
    const { status, stdout, stderr } = spawnSync("chroot", [image.root, ...security], { encoding: "utf8" });
    expect(`${stderr}${stdout}`).toMatch(/Overall exposure level for tailscaled\.service: [0-2]\.\d OK/);
    expect(status).toBe(0);
  });

  const problem = bootProblem();
  if (problem !== null) console.warn(`skipped: booting systemd: ${problem}`);
  (problem === null ? describe : describe.skip)("booted", () => {
    test("`systemctl status` before the login, `sudo tailscale up`, and the same node after a rebuild", async () => {
      const one = await boot("devbox");
      const status = await succeeds(one, "systemctl status tailscaled | grep 'To log in, visit'", image.owner);
      expect(status).toContain("http");
      expect((await one.run("systemctl is-active tailscaled; ps -o user= -C tailscaled")).text).toBe("active\ncoder\n");
      expect((await one.run("ss -nltp", { user: "root" })).text).toMatch(/127\.0\.0\.1:3128 .*spacetail/);
      const { key } = await world().tailnet.makeKey({ tags: [TAG], preauthorized: true });
      const { TS_CONTROL_URL } = await accessTo(world().tailnet);
      const up = await one.run(`sudo tailscale up --login-server=${TS_CONTROL_URL} --authkey=${key}`, image.owner);
      expect(up).toMatchObject({ code: 0 });
      expect((await one.run("tailscale status", image.owner)).text).toMatch(/^100\.\S+ +devbox /);
      const address = (await one.run("tailscale ip -4", image.owner)).text;
      expect(await world().tailnet.joinedNodes()).toEqual([
        expect.objectContaining({ hostname: "devbox", ephemeral: false, shieldsUp: false }),
      ]);
      const [home = ""] = homes;
      await one.stop();
      const again = await boot("devbox", home);
      expect(await succeeds(again, "tailscale status >/dev/null && tailscale ip -4", image.owner)).toBe(address);
    });

    test("PORT and FLAGS of /etc/default/tailscaled, and the recipe's own drop-in", async () => {
      const machine = await boot("devbox");
      await succeeds(machine, "systemctl is-active tailscaled");
      await machine.run("printf 'PORT=45678\\nFLAGS=\"--verbose=1\"\\n' >>/etc/default/tailscaled");
      const line =
        "ExecStart=-/usr/sbin/tailscaled --state=/home/coder/.config/tailscaled.state --socket=/var/run/tailscale/tailscaled.sock --port $PORT --tun=userspace-networking --socks5-server=localhost:1080 --outbound-http-proxy-listen=localhost:3128 $FLAGS";
      const file = "/etc/systemd/system/tailscaled.service.d/tailscale.conf";
      await machine.run(`printf '[Service]\\nExecStart=\\n%s\\n' '${line}' >${file}`);
      expect(await machine.run("systemctl daemon-reload && systemctl restart tailscaled")).toMatchObject({ code: 0 });
      const { text } = await machine.run("ps -eo args; ss -nltu");
      expect(text).toMatch(/tailscaled .* --port 45678 --verbose=1$/m);
      expect(text).toMatch(/:45678 /);
      expect(text).toMatch(/127\.0\.0\.1:1080 /);
    });
  });
});
