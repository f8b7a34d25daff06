// SPDX-License-Identifier: Apache-2.0
// examples/systemd: a machine whose worker starts runs in Docker, with the network of the machine.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hookLists } from "../../contract/hooks/hooks.js";
import { imageFolder } from "../world/images.js";
import { debianRoot } from "../world/machines/images.js";
import { Machine } from "../world/machines/machine.js";
import { ROOT } from "../world/world.js";
import { SYSTEMD } from "./coder-stage.js";
import { bootProblem, describeOnMachines, succeeds } from "./machine-stage.js";
import { accessTo, deleteNodes, nodesLeft, useWorld } from "./stage.js";

const EXAMPLE = join(ROOT, "examples/systemd");
const README = readFileSync(join(EXAMPLE, "README.md"), "utf8");
const UNIT = "/etc/systemd/system/spacetail.service";

describeOnMachines("a machine with workers in Docker", () => {
  const world = useWorld();
  let scratch: string;
  const machines: Machine[] = [];
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), "worker-"));
  });
  afterEach(async () => {
    for (const machine of machines.splice(0)) await machine.stop();
    await deleteNodes(world().tailnet);
    rmSync(scratch, { recursive: true, force: true });
  });

  /** A machine with all that the README puts on it. */
  async function start(init?: readonly string[]): Promise<Machine> {
    const login = Object.entries(await accessTo(world().tailnet)).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(scratch, "login"), login.join(""), { mode: 0o600 });
    const machine = await Machine.start({
      root: debianRoot(),
      hostname: "worker",
      volumes: {
        "/usr/local/bin": imageFolder(ROOT, "native"),
        "/etc/spacetail/login": join(scratch, "login"),
        [UNIT]: join(EXAMPLE, "spacetail.service"),
      },
      ...(init === undefined ? {} : { init, isSystem: true }),
    });
    machines.push(machine);
    return machine;
  }

  test("the unit is valid, and confined", async () => {
    const machine = await start();
    expect(await machine.run(`systemd-analyze verify --man=no ${UNIT}`)).toEqual({ code: 0, text: "" });
    const confined = await machine.run(`systemd-analyze security --offline=true --threshold=20 ${UNIT}`);
    expect(confined.text).toMatch(/Overall exposure level for spacetail\.service: [01]\.\d OK/);
    expect(confined.code).toBe(0);
  });

  const problem = bootProblem();
  if (problem !== null) console.warn(`skipped: booting systemd: ${problem}`);
  (problem === null ? describe : describe.skip)("booted", () => {
    /** A machine with the unit, once systemd takes commands. */
    async function boot(): Promise<Machine> {
      const machine = await start(SYSTEMD);
      await succeeds(machine, "systemctl daemon-reload");
      const [, enable = ""] = /run `(systemctl enable --now spacetail)`/.exec(README) ?? [];
      expect(enable).not.toBe("");
      expect(await machine.run(enable)).toMatchObject({ code: 0 });
      return machine;
    }

    test("runs use the tunnel of the machine, start none of their own, and do not get its login", async () => {
      const machine = await boot();
      // It has started when the machine is on the tailnet.
      expect((await machine.run("systemctl is-active spacetail")).text).toBe("active\n");
      expect(await world().tailnet.joinedNodes()).toHaveLength(1);
      expect((await machine.run("ps -o user= -C tailscaled")).text).not.toMatch(/^root/);

      // A run: another user, in the network of the machine, with what the worker passes on.
      const [, sidecar = ""] = /^ *export TS_SIDECAR=(.*)$/m.exec(README) ?? [];
      expect(README).toMatch(/^ *export SPACELIFT_WHITELIST_ENVS=TS_SIDECAR$/m);
      const { before_plan: before = [], after_plan: after = [] } = hookLists({
        phases: ["plan"],
        httpProxy: "localhost:8080",
        exitTrap: true,
      });
      const hook = (text: string) => `{ ${text}; }`;
      const plan = [...before.map(hook), "curl -sS http://state/hello", ...after.map(hook)].join(" && ");
      const ran = await machine.run(plan, { user: "coder", environment: { TS_SIDECAR: sidecar } });
      expect(ran).toMatchObject({ code: 0, text: expect.stringContaining("hello from the tailnet\n") });
      expect(ran.text).toContain(`spacetail: the tunnel of the sidecar at ${sidecar} is up.\n`);
      expect((await machine.run("pgrep -u coder -l", { user: "coder" })).text).not.toMatch(/spacetail|tailscaled/);
      expect((await machine.run("pgrep -c tailscaled")).text).toBe("1\n");
      const pid = (await machine.run("systemctl show --property MainPID --value spacetail")).text.trim();
      for (const path of ["/etc/spacetail/login", `/proc/${pid}/environ`])
        expect((await machine.run(`cat ${path}`, { user: "coder" })).text).toContain("Permission denied");
    });

    test("the node is gone when the unit stops, and there again when it starts", async () => {
      const machine = await boot();
      expect(await world().tailnet.joinedNodes()).toHaveLength(1);
      expect(await machine.run("systemctl stop spacetail")).toMatchObject({ code: 0 });
      expect(await nodesLeft(world().tailnet)).toEqual([]);
      expect((await machine.run("pgrep -c tailscaled")).text).toBe("0\n");
      expect(await machine.run("systemctl start spacetail")).toMatchObject({ code: 0 });
      expect(await world().tailnet.joinedNodes()).toHaveLength(1);
    });
  });
});
