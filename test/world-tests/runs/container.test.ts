// SPDX-License-Identifier: Apache-2.0
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  Container,
  type ContainerOptions,
  livingProcesses,
  type Namespaces,
  namespacesSupport,
  scanProcesses,
} from "../../world/runs/index.js";

const KINDS: readonly Namespaces[] = (["privileged", "user"] as const).filter((kind) => {
  const reason = namespacesSupport(kind);
  if (reason !== null) process.stderr.write(`skipped: ${kind} containers: ${reason}\n`);
  return reason === null;
});

/** Waits until that is so; a test whose wait is in vain fails by its own expectation. */
async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 12_000 && !holds(); i++) await sleep(10);
}

const describeContainers = KINDS.length > 0 ? describe : describe.skip;

describeContainers.each(KINDS.length > 0 ? KINDS : ["user" as const])("a container (%s)", (namespaces) => {
  let scratch = "";
  let workspace = "";
  const started: Container[] = [];

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), "container-test-"));
    workspace = join(scratch, "workspace");
    mkdirSync(workspace);
    chmodSync(workspace, 0o777);
  });

  afterEach(async () => {
    for (const container of started.splice(0)) await container.kill();
    rmSync(scratch, { recursive: true, force: true });
  });

  async function start(options: Partial<ContainerOptions> = {}): Promise<Container> {
    const container = await Container.start({ workspace, hostname: "runner-1", namespaces, ...options });
    started.push(container);
    return container;
  }

  /** What a shell command prints in a container. */
  async function output(container: Container, script: string): Promise<string> {
    let text = "";
    const command = container.start({
      argv: ["sh", "-c", script],
      environment: { PATH: "/mnt/image:/mnt/bin:/usr/bin:/bin" },
      directory: "/mnt/workspace",
      pipes: [[1, 2]],
      onOutput: (_pipe, piece) => {
        text += piece;
      },
    });
    expect(await command.ended).toMatchObject({ problem: null });
    return text.trim();
  }

  test("runs everything as user and group 1983, who have a name and a home", async () => {
    const container = await start();
    expect(await output(container, "id -u; id -g; id -G; whoami")).toBe("1983\n1983\n1983\nspacelift");
    expect(await output(container, 'echo ok >"$(getent passwd 1983 | cut -d: -f6)/f" && cat /mnt/home/f')).toBe("ok");
  });

  test("has no capabilities", async () => {
    const container = await start();
    expect(await output(container, "grep CapEff /proc/self/status")).toMatch(/^CapEff:\s+0+$/);
  });

  test("has processes of its own, and its worker is PID 1", async () => {
    const container = await start();
    const pids = await output(container, "ls /proc | grep -E '^[0-9]+$' | wc -l");
    expect(Number(pids)).toBeLessThan(8);
    expect(await output(container, "tr '\\0' ' ' </proc/1/cmdline")).toContain("worker.cjs");
    expect(await output(container, "echo $PPID")).toBe("1");
  });

  test("has a host name and private temporary directories of its own", async () => {
    const probe = `container-test-${process.pid}`;
    writeFileSync(join("/tmp", probe), "");
    try {
      const container = await start();
      expect(await output(container, "hostname")).toBe("runner-1");
      expect(await output(container, `ls -A /tmp /dev/shm; touch /tmp/${probe}-mine`)).toBe("/dev/shm:\n\n/tmp:");
      expect(hostname()).not.toBe("runner-1");
      expect(existsSync(`/tmp/${probe}-mine`)).toBe(false);
    } finally {
      rmSync(join("/tmp", probe));
    }
  });

  test("shares the workspace with the host", async () => {
    const container = await start();
    await output(container, "echo from inside >/mnt/workspace/f");
    expect(readFileSync(join(workspace, "f"), "utf8")).toBe("from inside\n");
  });

  test("has the image and terraform first on the PATH, from wherever they lie", async () => {
    const hidden = join(scratch, "hidden");
    mkdirSync(join(hidden, "image"), { recursive: true });
    for (const name of ["image/tool", "tofu"]) {
      writeFileSync(join(hidden, name), `#!/bin/sh\necho this is ${name}\n`, { mode: 0o755 });
    }
    if (namespaces === "privileged") chmodSync(hidden, 0o700);
    const container = await start({ image: join(hidden, "image"), terraform: join(hidden, "tofu") });
    expect(await output(container, "tool; terraform")).toBe("this is image/tool\nthis is tofu");
  });

  test("gives a command no descriptors but those asked for", async () => {
    const container = await start();
    expect(await output(container, "ls /proc/$$/fd; true")).toBe("0\n1\n2");
    const command = container.start({
      argv: ["sh", "-c", "ls /proc/$$/fd; echo three >&3"],
      environment: { PATH: "/usr/bin:/bin" },
      directory: "/",
      pipes: [[1, 2], [3], [20]],
      onOutput: (pipe, text) => {
        printed[pipe] += text;
      },
    });
    const printed = ["", "", ""];
    await command.ended;
    expect(printed).toEqual(["0\n1\n2\n20\n3\n", "three\n", ""]);
  });

  test("gives a command pipes that can be opened again by name", async () => {
    const container = await start();
    expect(await output(container, "echo a >/dev/stdout; echo b >/dev/stderr")).toBe("a\nb");
  });

  test("tells the end of a command and the end of its pipes apart", async () => {
    const container = await start();
    const command = container.start({
      argv: ["sh", "-c", "sleep 0.6 & echo started"],
      environment: { PATH: "/usr/bin:/bin" },
      directory: "/",
      pipes: [[1, 2]],
    });
    const from = Date.now();
    await command.exited;
    expect(command.openPipes).toEqual([0]);
    await command.ended;
    expect(Date.now() - from).toBeGreaterThanOrEqual(500);
    expect(command.openPipes).toEqual([]);
  });

  test("tells why a command could not be started", async () => {
    const container = await start();
    const options = { environment: {}, directory: "/", pipes: [[1, 2]] };
    const exit = await container.start({ argv: ["/no/such/program"], ...options }).ended;
    expect(exit).toMatchObject({ code: null, problem: expect.stringContaining("ENOENT") });
  });

  test.each([
    ["stay zombies when PID 1 does not reap", false, 1],
    ["are reaped when PID 1 does", true, 0],
  ])("orphans %s", async (_what, reapsOrphans, zombies) => {
    const container = await start({ reapsOrphans });
    await output(container, "sh -c 'sleep 0.1 >/dev/null 2>&1 &'");
    const found = () => scanProcesses(container).filter(({ zombie, parentPid }) => zombie && parentPid === 1);
    await until(() => livingProcesses(container).length === 0 && found().length === zombies);
    expect(livingProcesses(container)).toEqual([]);
    expect(found()).toHaveLength(zombies);
  });

  test("can be scanned for command lines and environments", async () => {
    const container = await start();
    const command = container.start({
      argv: ["sh", "-c", "sleep 30; true"],
      environment: { PATH: "/usr/bin:/bin", TOKEN: "s3cret\nof two lines" },
      directory: "/",
      pipes: [[1, 2]],
    });
    // Before it is `sleep` it is a shell too.
    await until(() => livingProcesses(container).some(({ name }) => name === "sleep"));
    const found = livingProcesses(container);
    expect(found.map(({ name }) => name).sort()).toEqual(["sh", "sleep"]);
    const sleeper = found.find(({ name }) => name === "sleep");
    expect(sleeper?.commandLine).toEqual(["sleep", "30"]);
    expect(sleeper?.environment).toContain("TOKEN=s3cret\nof two lines");
    expect(sleeper?.parentPid).toBe(found.find(({ name }) => name === "sh")?.pid);
    await container.kill();
    expect(await command.ended).toMatchObject({ problem: "the container is gone" });
  });

  test("goes with everything in it when killed", async () => {
    const container = await start();
    await output(container, "setsid sh -c 'trap \"\" TERM INT HUP; sleep 30; sleep 30' </dev/null >/dev/null 2>&1 &");
    const outer = readFileSync(`/proc/${container.pid}/task/${container.pid}/children`, "utf8").trim().split(" ");
    expect(outer.length).toBeGreaterThan(0);
    await container.kill();
    expect(container.running).toBe(false);
    expect([container.pid, ...outer].filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
    expect(() => container.start({ argv: ["true"], environment: {}, directory: "/", pipes: [] })).toThrow("is gone");
  });

  test("leaves no mount and no file behind on the host", async () => {
    const container = await start();
    const mounts = readFileSync("/proc/self/mountinfo", "utf8");
    await container.kill();
    expect(mounts).not.toContain("/stage");
    expect(readFileSync("/proc/self/mountinfo", "utf8")).toBe(mounts);
  });

  test("that cannot be made says what the tool said", async () => {
    const missing = join(scratch, "nowhere");
    await expect(start({ workspace: missing })).rejects.toThrow(/container runner-1 did not start: mount: .*nowhere/);
  });
});
