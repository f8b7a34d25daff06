// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { collect, type Ended } from "../world/collect.js";
import { BUILDS } from "../world/images.js";
import { preferredNamespaces } from "../world/runs/index.js";
import { accessTo, describeInContainers, PATIENT, Stage, TAG, useWorld } from "./stage.js";

/** Everybody may log in as the user of the runner, or as root if that were possible. */
const ALLOWED = {
  rules: [
    {
      principals: [{ any: true }],
      sshUsers: { spacelift: "spacelift", root: "root" },
      action: { accept: true, message: "welcome\n" },
    },
  ],
};

/** Nobody may, though there is a rule. */
const REFUSED = {
  rules: [{ principals: [{ any: true }], sshUsers: { "*": "=" }, action: { reject: true, message: "not you\n" } }],
};

const SHIELDS =
  "spacetail: --ssh: shields are down, so peers reach every port of this machine that the tailnet's policy lets them.\n";

/** What OpenSSH prints, but for its line about the new host key. */
function withoutWarning(text: string): string {
  return text.replace(/^Warning: Permanently added .*\r?\n/m, "");
}

describeInContainers("a phase that peers may log in to", () => {
  const world = useWorld();
  // In a user namespace a process cannot be given the groups of its user, which tailscaled requires.
  const problem = preferredNamespaces() === "privileged" ? null : "only root can give a process its groups";
  if (problem !== null) console.warn(`skipped: a phase that peers may log in to: ${problem}`);

  (problem === null ? describe : describe.skip).each(BUILDS)("%s", (build) => {
    let stage: Stage;
    let port: number;
    let report: string;
    beforeEach(async () => {
      const { tailnet } = world();
      await tailnet.network({ ssh: ALLOWED });
      const own = { TS_EXTRA_ARGS: "--ssh", TS_HOSTNAME: `runner-${build}`, SECRET: "of the run" };
      stage = await Stage.open(build, { ...(await accessTo(tailnet)), ...PATIENT, ...own });
      const up = await stage.run("spacetail up --watch none");
      expect(up).toMatchObject({ code: 0 });
      report = up.text;
      const [node] = await tailnet.joinedNodes();
      await tailnet.knows("state", node?.name ?? "");
      port = await tailnet.door("state", `${node?.addresses[0]}:22`);
    });
    afterEach(async () => {
      await stage.run("spacetail down");
      expect(await stage.leftovers()).toEqual([]);
      await stage.close();
      await world().tailnet.network({});
    });

    /** Starts OpenSSH's client, which goes to the runner as the node `state`. */
    function ssh(user: string, line: string): { output: Promise<Ended>; said: () => string } {
      const trust = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=INFO"];
      const args = ["-F", "none", "-T", "-p", `${port}`, ...trust, "-o", "BatchMode=yes", `${user}@127.0.0.1`, line];
      const client = spawn("ssh", args, { stdio: ["ignore", "pipe", "pipe"] });
      const { ended, text } = collect(client);
      return { output: ended, said: text };
    }

    test("`up` says in one line what that means", () => {
      expect(report.split("\n").filter((line) => line.includes("--ssh"))).toEqual([SHIELDS.trimEnd()]);
      expect(report).toContain(`on the tailnet as runner-${build}.tail.test (100.64.`);
      expect(report).toContain(TAG);
    });

    test("a peer's ssh gets a shell of the runner's user, without the variables of the phase", async () => {
      const { code, text } = await ssh("spacelift", "id -u; echo $SECRET; env | grep -c ^TS_").output;
      expect([code, withoutWarning(text)]).toEqual([1, "welcome\n1983\n\n0\n"]);
    });

    test("exit status, input and both streams are passed on", async () => {
      const { code, text } = await ssh("spacelift", "wc -c; echo oops >&2; exit 7").output;
      expect(code).toBe(7);
      expect(text).toContain("oops\n");
      expect(text).toMatch(/^0$/m);
    });

    test("nobody becomes another user", async () => {
      const { code, text } = await ssh("root", "id -u").output;
      expect(code).not.toBe(0);
      expect(text).not.toMatch(/^\d+$/m);
    });

    test("the tailnet's policy decides, also while the phase is running", async () => {
      await world().tailnet.network({ ssh: REFUSED });
      const end = Date.now() + 60_000;
      let last = await ssh("spacelift", "echo in").output;
      while (last.code === 0 && Date.now() < end) last = await ssh("spacelift", "echo in").output;
      expect(last.code).toBe(255);
      expect(last.text).toContain("not you");
      await world().tailnet.network({});
      while (!last.text.includes("policy") && Date.now() < end) last = await ssh("spacelift", "echo in").output;
      expect(last.text).toContain("tailnet policy does not permit you to SSH to this node");
    });

    test("a session ends with the phase, and so does everything that it has started", async () => {
      const session = ssh(
        "spacelift",
        "setsid sleep 1001 & nohup sleep 1002 >/dev/null 2>&1 & echo started; sleep 1003",
      );
      const ended = session.output.then(({ text }) => Promise.reject(new Error(text)));
      while (!session.said().includes("started")) await Promise.race([sleep(20), ended]);
      ended.catch(() => {});
      await stage.find(/^sleep 1001/);
      expect(await stage.run("spacetail down")).toMatchObject({ code: 0 });
      expect((await session.output).code).not.toBe(0);
      expect(await stage.leftovers(/sleep|be-child/)).toEqual([]);
    });

    test("what outlives its session ends with the phase too", async () => {
      expect(await ssh("spacelift", "nohup setsid sleep 1004 >/dev/null 2>&1 & echo left").output).toMatchObject({
        code: 0,
      });
      await stage.find(/^sleep 1004/);
      expect(await stage.run("spacetail down")).toMatchObject({ code: 0 });
      expect(await stage.leftovers(/sleep/)).toEqual([]);
    });

    test("host keys are private, outside the workspace, and gone with the tunnel", async () => {
      expect(await ssh("spacelift", "true").output).toMatchObject({ code: 0 });
      const keys = await stage.run("find /tmp /mnt -name 'ssh_host_*' | sort; stat -c %a /tmp/spacetail-1983");
      expect(keys.text).toMatch(/^(\/tmp\/spacetail-1983\/\S+\/ssh\/ssh_host_\w+_key\n){3}700\n$/);
      await stage.run("spacetail down");
      const left = await stage.run("find /tmp /mnt -name 'ssh_host_*'; find /mnt/workspace -type f");
      expect(left.text).toBe("");
    });

    test("peers reach what listens on loopback, as docs/ssh.md says", async () => {
      const [node] = await world().tailnet.joinedNodes();
      const serve = `exec node -e 'require("http").createServer((_, r) => r.end("of the run")).listen(9999, "127.0.0.1")'`;
      const { command } = stage.start(serve);
      await stage.run("until curl -sf http://127.0.0.1:9999; do sleep 0.05; done");
      const door = await world().tailnet.door("state", `${node?.addresses[0]}:9999`);
      expect(execFileSync("curl", ["-sS", `http://127.0.0.1:${door}/`], { encoding: "utf8" })).toBe("of the run");
      command.signal("SIGKILL");
    });
  });
});
