// SPDX-License-Identifier: Apache-2.0
// image/hosts/coder/apt: Tailscale's own package, from a signed apt repository, as the README says.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AptRepository, startAptRepository } from "../world/machines/apt-repository.js";
import { Machine } from "../world/machines/machine.js";
import { makePackage, makeStockPackage, STOCK_VERSION } from "../world/machines/stock-package.js";
import { ROOT } from "../world/world.js";
import { discard, WorkspaceImage } from "./coder-stage.js";
import { bootProblem, describeOnMachines, succeeds } from "./machine-stage.js";
import { TAG, useWorld } from "./stage.js";

describeOnMachines("workspaces of Coder, with Tailscale's package", () => {
  const world = useWorld();
  let folder: string;
  let repository: AptRepository;
  let image: WorkspaceImage;
  const machines: Machine[] = [];
  const homes: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "apt-"));
    makeStockPackage(folder);
    // What a repository must not bring in: a newer version of somebody else's package, and one that nobody else has.
    makePackage(folder, { control: { Package: "netcat-openbsd", Version: "999" } });
    makePackage(folder, { control: { Package: "surprise", Version: "1" } });
    repository = await startAptRepository({ path: "stable/ubuntu", suite: "focal", packages: folder });
    const copy = join(folder, "copy");
    execFileSync("cp", ["-R", join(ROOT, "image/hosts/coder/apt"), copy]);
    // The same address, without TLS and at another port.
    const list = join(copy, "files/etc/apt/sources.list.d/tailscale.list");
    const here = (text: string, host: string): string =>
      text.replaceAll("https://pkgs.tailscale.com/", `http://${host}:${repository.port}/`);
    writeFileSync(list, here(readFileSync(list, "utf8"), "pkgs.tailscale.com"));
    image = await WorkspaceImage.make("native", 2, "workspace-tailscale", {
      edit: (script) => here(script, "127.0.0.1").replaceAll("image/hosts/coder/apt", copy),
    });
  });
  afterEach(async () => {
    for (const machine of machines.splice(0)) await machine.stop();
    for (const home of homes.splice(0)) discard(home);
    for (const node of await world().tailnet.joinedNodes()) await world().tailnet.deleteNode(node.name);
  });
  afterAll(async () => {
    await repository?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A workspace in which nothing runs but what a test starts. */
  async function still(): Promise<Machine> {
    const home = image.home();
    homes.push(home);
    const machine = await Machine.start(image.layout("devbox", home));
    machines.push(machine);
    // The repository is all that can be reached.
    const line = "echo 127.0.0.1 pkgs.tailscale.com >>/etc/hosts; : >/etc/apt/sources.list";
    expect(await machine.run(line)).toMatchObject({ code: 0 });
    return machine;
  }
  async function boot(hostname: string, volume?: string): Promise<Machine> {
    const home = volume ?? image.home();
    homes.push(home);
    const machine = await image.boot(hostname, home, { TS_NO_LOGS_NO_SUPPORT: "true" });
    machines.push(machine);
    return machine;
  }

  test("the key is in binary form, and the package is the repository's", async () => {
    const key = readFileSync(join(image.root, "usr/share/keyrings/tailscale.gpg"));
    expect(key.toString("latin1")).not.toContain("BEGIN PGP");
    const inside = (...words: string[]): string =>
      execFileSync("chroot", [image.root, ...words], { encoding: "utf8" }).trim();
    expect(inside("dpkg", "--status", "tailscale")).toMatch(new RegExp(`^Version: ${STOCK_VERSION}$`, "m"));
    expect(inside("tailscale", "version").split("\n")[0]).toBe(STOCK_VERSION);
    expect(statSync(join(image.root, "usr/sbin/tailscaled")).size).toBeGreaterThan(20_000_000);
  });

  test("the repository may install `tailscale` and nothing else, and not with another key", async () => {
    const status = execFileSync("chroot", [image.root, "dpkg", "--status", "netcat-openbsd"], { encoding: "utf8" });
    const [, installed] = /^Version: (.*)$/m.exec(status) ?? [];
    expect(installed).not.toBe("999");
    const machine = await still();
    expect(await machine.run("apt-get update")).toMatchObject({ code: 0 });
    const policy = (await machine.run("apt-cache policy tailscale netcat-openbsd surprise")).text;
    // That of the first version in the table.
    const priority = (name: string): string | undefined =>
      new RegExp(`^${name}:[\\s\\S]*?Version table:\n[ *]+\\S+ (\\d+)\n`, "m").exec(policy)?.[1];
    expect([priority("tailscale"), priority("netcat-openbsd"), priority("surprise")]).toEqual(["500", "1", "1"]);
    expect(/^netcat-openbsd:[\s\S]*?Candidate: (\S+)/m.exec(policy)?.[1]).toBe(installed);
    const other = await startAptRepository({ path: "x", suite: "focal", packages: folder });
    const dearmored = execFileSync("gpg", ["--dearmor"], { input: other.armouredKey });
    await other.close();
    const replace = `echo ${dearmored.toString("base64")} | base64 -d >/usr/share/keyrings/tailscale.gpg`;
    const { text } = await machine.run(`${replace}; rm -rf /var/lib/apt/lists/*; apt-get update`);
    expect(text).toMatch(/NO_PUBKEY|signatures couldn't be verified/);
  });

  const problem = bootProblem();
  if (problem !== null) console.warn(`skipped: booting systemd: ${problem}`);
  (problem === null ? test : test.skip)("the recipe's commands, and the same node after a rebuild", async () => {
    const one = await boot("devbox");
    await succeeds(one, "systemctl is-active tailscaled");
    const before = await one.run("systemctl status tailscaled", image.owner);
    expect(before).toMatchObject({ code: 0, text: expect.stringMatching(/Status: "Needs login/) });
    expect((await one.run("ps -o user= -C tailscaled; stat -c %U /home/coder/.config")).text).toBe("root\ncoder\n");
    const { key } = await world().tailnet.makeKey({ tags: [TAG], preauthorized: true });
    const up = `sudo tailscale up --login-server=${world().tailnet.info.controlUrl} --authkey=${key}`;
    expect(await one.run(up, image.owner)).toMatchObject({ code: 0 });
    expect((await one.run("tailscale status", image.owner)).text).toMatch(/^100\.\S+ +devbox /);
    const ports = (await one.run("ss -nltp")).text;
    for (const port of [1080, 3128]) expect(ports).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}\\b.*tailscaled`));
    const proxies = (await one.run("env | grep -i proxy | sort", image.owner)).text;
    expect(proxies).toBe("ALL_PROXY=socks5h://localhost:1080\nhttp_proxy=http://localhost:3128\n");
    for (const client of ["curl -sS", "env -u http_proxy -u ALL_PROXY proxychains4 -q curl -sS"])
      expect(await succeeds(one, `${client} http://state/hello`, image.owner)).toContain("hello from the tailnet");
    const address = (await one.run("tailscale ip -4", image.owner)).text;
    const [home = ""] = homes;
    await one.stop();
    const again = await boot("devbox", home);
    expect(await succeeds(again, "tailscale status >/dev/null && tailscale ip -4", image.owner)).toBe(address);
    expect(await world().tailnet.joinedNodes()).toEqual([
      expect.objectContaining({ hostname: "devbox", ephemeral: false, shieldsUp: false, tags: [TAG] }),
    ]);
  });
});
