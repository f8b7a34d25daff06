// SPDX-License-Identifier: Apache-2.0
// image/hosts/coder, built and used as its README says, in containers without systemd.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "../world/machines/machine.js";
import { ROOT } from "../world/world.js";
import { discard, README, WorkspaceImage } from "./coder-stage.js";
import { begin, blocksOf, describeOnMachines, succeeds } from "./machine-stage.js";
import { appears } from "./serve-stage.js";
import { type Access, accessTo, TAG, useWorld } from "./stage.js";

const VISIT = /To log in, visit (\S+)/;
const ON = /on the tailnet as (\S+) \((\S+?)[,)]/;

/** A command of the README, as it is there. */
function command(beginning: string): string {
  const lines = blocksOf(README, "console").flatMap((block) => block.trimEnd().split("\n"));
  const found = lines.find((line) => line.startsWith(beginning));
  if (found === undefined) throw new Error(`the README has no command ${beginning}`);
  return found;
}

test("the README shows the files that there are", () => {
  const [tree = ""] = blocksOf(README, "text");
  const names = tree.split("\n").map((line) => line.replace(/^[│├└─\s]*/, ""));
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "."], {
    cwd: join(ROOT, "image/hosts/coder/files"),
    encoding: "utf8",
  });
  const paths = listed.trimEnd().split("\n");
  const parts = new Set(paths.flatMap((path) => path.split("/")));
  expect([...new Set(names.filter((name) => name !== "" && name !== "files"))].sort()).toEqual([...parts].sort());
});

describeOnMachines("workspaces of Coder, without systemd", () => {
  const world = useWorld();

  describe("as an engine starts them", () => {
    let image: WorkspaceImage;
    let access: Access;
    const machines: Machine[] = [];
    const homes: string[] = [];
    beforeAll(async () => {
      image = await WorkspaceImage.make("native", 0, "workspace-tailnet");
    });
    beforeEach(async () => {
      access = await accessTo(world().tailnet);
    });
    afterEach(async () => {
      for (const machine of machines.splice(0)) await machine.stop();
      for (const home of homes.splice(0)) discard(home);
      for (const node of await world().tailnet.joinedNodes()) await world().tailnet.deleteNode(node.name);
    });

    const home = (): string => {
      const made = image.home();
      homes.push(made);
      return made;
    };
    const start = async (...words: Parameters<WorkspaceImage["start"]>): Promise<Machine> => {
      const machine = await image.start(...words);
      machines.push(machine);
      return machine;
    };
    /** What a container knows of the embedded tailnet. */
    const there = (): { TS_CONTROL_URL: string } => ({ TS_CONTROL_URL: access.TS_CONTROL_URL });
    const makeKey = async (): Promise<string> =>
      (await world().tailnet.makeKey({ tags: [TAG], preauthorized: true })).key;
    const nodeCalled = async (name: string) => (await world().tailnet.joinedNodes()).find((node) => node.name === name);

    test("the commands of the README, in two workspaces", async () => {
      // GIVEN one whose owner logs in with a browser, and may use sudo
      const one = await start("here", home(), { environment: there(), canSudo: true });
      const owner = { ...image.owner, environment: { ...image.owner.environment, ...there() } };
      await appears(one.console, VISIT);
      expect(await one.run("tailscale status", owner)).toMatchObject({ code: 1, text: expect.stringContaining("Log") });
      const up = begin(one, `${command("sudo tailscale up")} --login-server=${access.TS_CONTROL_URL}`, owner);
      const [url = ""] = await up.prints(/https?:\/\/\S+/);
      await world().tailnet.logIn(url, [TAG]);
      expect(await up.code).toBe(0);
      // AND one that has a key, where nobody may use sudo
      const other = await start("jawnsy-tailscale-1", home(), { environment: there() });
      await appears(other.console, VISIT);
      const login = command("tailscale up --authkey=").replace("tskey-auth-...", await makeKey());
      expect(await other.run(`${login} --login-server=${access.TS_CONTROL_URL}`, image.owner)).toMatchObject({
        code: 0,
      });
      expect((await succeeds(other, command("tailscale status"), image.owner)).split("\n")[0]).toMatch(
        /^100\.\S+ +jawnsy-tailscale-1 /,
      );

      // WHEN a web server runs in one of them
      const server = `${command("python3 -m http.server")} --bind 127.0.0.1 >/dev/null 2>&1 & echo $!`;
      await other.run(server, image.owner);
      // THEN the other has proxies, and reaches it by name
      const ports = (await one.run(command("ss -nltp"), owner)).text;
      for (const port of [1080, 3128]) expect(ports).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}\\b.*users:`));
      const proxies = (await one.run(`${command("env | grep")} | sort`, owner)).text;
      expect(proxies).toContain("ALL_PROXY=socks5h://localhost:1080\n");
      expect(proxies).toContain("http_proxy=http://localhost:3128\n");
      expect(await succeeds(one, `${command("curl http")} -sSf`, owner)).toContain("Directory listing for /");
      expect(await one.run(command("proxychains4 nc"), owner)).toMatchObject({ code: 0 });

      // AND the control server knows both as hosts that stay and accept connections
      for (const name of ["here", "jawnsy-tailscale-1"])
        expect(await nodeCalled(name)).toMatchObject({
          hostname: name,
          ephemeral: false,
          shieldsUp: false,
          tags: [TAG],
        });
    });

    test("the node of a workspace that is rebuilt is the same", async () => {
      const volume = home();
      const first = await start("devbox", volume, { environment: { ...there(), TS_AUTHKEY: await makeKey() } });
      const [, name, address] = await appears(first.console, ON);
      expect(existsSync(join(volume, ".config/tailscaled.state"))).toBe(true);
      await first.stop();
      const second = await start("devbox", volume, { environment: there() });
      const [, again, there2] = await appears(second.console, ON);
      expect([again, there2]).toEqual([name, address]);
      expect(await world().tailnet.joinedNodes()).toHaveLength(1);
    });

    test("a state of the recipe, which tailscaled wrote, goes on", async () => {
      // GIVEN a workspace in which tailscaled itself has logged in, with the flags of the recipe
      const volume = home();
      const before = await start("devbox", volume, { command: ["sleep", "infinity"] });
      const flags = "--state=/home/coder/.config/tailscaled.state --socket=/var/run/tailscale/tailscaled.sock --port 0";
      const daemon = `mkdir -p .config; tailscaled ${flags} --tun=userspace-networking >/dev/null 2>&1 &`;
      await before.run(daemon, { ...image.owner, environment: { PATH: "/usr/local/bin:/usr/bin:/bin" } });
      const up = `tailscale up --login-server=${access.TS_CONTROL_URL} --authkey=${await makeKey()}`;
      await succeeds(before, up, image.owner);
      const address = (await before.run("tailscale ip -4", image.owner)).text.trim();
      await before.stop();
      // WHEN the workspace is rebuilt with this image THEN it is that node
      const after = await start("devbox", volume, { environment: there() });
      expect((await appears(after.console, ON)).slice(1)).toEqual(["devbox.tail.test", address]);
    });

    test("an OAuth client makes keys for a node that stays", async () => {
      const volume = home();
      execFileSync("mkdir", ["-p", join(volume, ".config")]);
      writeFileSync(join(volume, ".config/tailscale.secret"), `${access.TS_OAUTH_CLIENT_SECRET}\n`);
      execFileSync("chown", ["--recursive", `--reference=${volume}`, join(volume, ".config")]);
      const { TS_OAUTH_CLIENT_SECRET: _, ...rest } = access;
      const [, , file = ""] = /^(TS_CLIENT_SECRET)=(.*)$/m.exec(blocksOf(README, "sh")[1] ?? "") ?? [];
      const machine = await start("oauth", volume, { environment: { ...rest, TS_CLIENT_SECRET: file } });
      await appears(machine.console, ON);
      expect(await nodeCalled("oauth")).toMatchObject({ ephemeral: false, shieldsUp: false });
    });

    test("each proxy can be left out", async () => {
      const listening = async (environment: object): Promise<string> => {
        // Without the variables, as the README says.
        const variables = { ALL_PROXY: "", http_proxy: "", https_proxy: "" };
        const machine = await start("devbox", home(), { environment: { ...there(), ...variables, ...environment } });
        await appears(machine.console, VISIT);
        const who = { ...image.owner, environment: { ...image.owner.environment, ...variables, ...environment } };
        const { text } = await machine.run("ss -nlt; spacetail connect db 5432; tailscale status", who);
        await machine.stop();
        return text;
      };
      const none = { TS_SOCKS5_SERVER: "none", TS_OUTBOUND_HTTP_PROXY_LISTEN: "none" };
      const neither = await listening(none);
      expect(neither).not.toMatch(/:(1080|3128|8080) /);
      expect(neither).toContain("spacetail: Cannot reach db:5432: the tunnel has no proxies.");
      expect(neither).toContain("Log in at");
      const http = await listening({ TS_SOCKS5_SERVER: "none" });
      expect(http).toMatch(/:3128 /);
      expect(http).not.toMatch(/:1080 /);
      const socks = await listening({ TS_OUTBOUND_HTTP_PROXY_LISTEN: "none" });
      expect(socks).toMatch(/:1080 /);
      expect(socks).not.toMatch(/:3128 /);
    });

    test("PORT and FLAGS of /etc/default/tailscaled count", async () => {
      const machine = await start("devbox", home(), { command: ["sleep", "infinity"] });
      await machine.run("printf 'PORT=45678\\nFLAGS=\"--verbose=1 --no-logs-no-support\"\\n' >/etc/default/tailscaled");
      const who = { ...image.owner, environment: { ...image.owner.environment, ...there() } };
      expect((await machine.run("coder-tailnet start", who)).text).toMatch(VISIT);
      const { text } = await machine.run("ps -eo args; ss -nlu");
      expect(text).toMatch(/tailscaled .* --port 45678 --verbose=1 --no-logs-no-support$/m);
      expect(text).toMatch(/:45678\b/);
    });

    test("a shell starts the tunnel where nothing else did, once, and `stop` ends it", async () => {
      const machine = await start("devbox", home(), { command: ["sleep", "infinity"] });
      const who = { ...image.owner, environment: { ...image.owner.environment, ...there() } };
      const shells = [1, 2, 3].map(() => machine.run("true", who, ["bash", "-lc"]));
      expect(await Promise.all(shells)).toEqual([0, 0, 0].map((code) => ({ code, text: "" })));
      await succeeds(machine, "spacetail status | grep -q visit", who);
      expect((await machine.run("pgrep -fc '[s]pacetail serve'")).text).toBe("1\n");
      expect((await machine.run("coder-tailnet start", who)).text).toMatch(VISIT);
      expect((await machine.run("pgrep -fc '[s]pacetail serve'")).text).toBe("1\n");
      await machine.run("coder-tailnet stop", who);
      await succeeds(machine, "! pgrep -f '[s]pacetail serve'");
    });

    test("a wrong setting is one line", async () => {
      const machine = await start("devbox", home(), { environment: { TS_SOCKS5_SERVER: "1080" } });
      await appears(
        machine.console,
        /^spacetail: TS_SOCKS5_SERVER must be host:port, such as localhost:8080, but "1080" was given\.$/m,
      );
      // The workspace is there nevertheless.
      expect(await machine.run("true", image.owner)).toMatchObject({ code: 0 });
    });
  });
});

test("the template of Coder is well formed, and has what the README says", () => {
  const folder = join(ROOT, "image/hosts/coder/template");
  const terraform = process.env.SPACETAIL_TERRAFORM ?? "";
  const words = ["fmt", "-check", "-diff", folder];
  expect(execFileSync(terraform, words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })).toBe("");
  const text = readFileSync(join(folder, "main.tf"), "utf8");
  expect(text).toContain('script       = "coder-tailnet start"');
});
