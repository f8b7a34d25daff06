// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunEvent, scanProcesses } from "../../world/runs/index.js";
import { describeRuns, fakeRun, linesOf, phaseOf, startFakeRun } from "./fake-run.js";

describeRuns("a tracked run", () => {
  test("goes through the states of Spacelift, with a pause and a second container", async () => {
    const events: string[] = [];
    const result = await fakeRun(
      { type: "tracked" },
      {
        onEvent: (event: RunEvent) => {
          if (event.type === "state") events.push(event.state);
          else if (event.type === "phase-ended") events.push(`ended ${event.phase.name}`);
          else if (event.type === "upload") events.push(`upload ${event.upload.stage}`);
          else if (event.type.startsWith("container")) events.push(event.type);
        },
      },
    );
    expect(events).toEqual([
      "PREPARING",
      "container-started",
      "INITIALIZING",
      "ended init",
      "PLANNING",
      "ended plan",
      "upload planned",
      "container-gone",
      "UNCONFIRMED",
      "CONFIRMED",
      "PREPARING_APPLY",
      "container-started",
      "APPLYING",
      "ended apply",
      "upload ended",
      "container-gone",
      "FINISHED",
    ]);
    expect(result).toMatchObject({ state: "FINISHED", failure: null, outputs: { values: {}, failure: null } });
  });

  test("applies in a fresh container: the workspace is there, /tmp, processes and sockets are not", async () => {
    const socket = "require('net').createServer().listen('/mnt/workspace/sock', () => process.exit())";
    const result = await fakeRun({
      type: "tracked",
      hooks: {
        after_plan: [
          "echo kept >/mnt/workspace/kept; chmod 600 /mnt/workspace/kept",
          "touch /tmp/lost",
          "sleep 60 </dev/null >/dev/null 2>&1 & echo $! >/mnt/workspace/pid; :",
          `node -e "${socket}"`,
          "test -S /mnt/workspace/sock",
        ],
      },
      commands: {
        plan: "hostname",
        apply:
          "hostname && cat /mnt/workspace/kept && ls -A /tmp && ps -e | grep -c sleep || test ! -e /mnt/workspace/sock",
      },
    });
    expect(result.failure).toBeNull();
    expect(phaseOf(result, "plan").processesLeft.map(({ commandLine }) => commandLine)).toEqual([["sleep", "60"]]);
    const [first] = linesOf(result, "plan");
    const [second, ...rest] = linesOf(result, "apply");
    expect(second).not.toBe(first);
    expect(rest).toEqual(["kept", "0"]);
  });

  test("with autodeploy applies without a pause in the same container", async () => {
    const result = await fakeRun({
      type: "tracked",
      autodeploy: true,
      hooks: { after_plan: ["touch /tmp/kept"] },
      commands: { plan: "hostname", apply: "hostname && ls /tmp" },
    });
    expect(linesOf(result, "apply")).toEqual([...linesOf(result, "plan"), "kept"]);
    expect(result.uploads.map(({ stage }) => stage)).toEqual(["ended"]);
  });

  test("that is discarded ends there, without after_run", async () => {
    const hooks = { after_run: ["echo ran"] };
    const result = await fakeRun({ type: "tracked", confirm: false, hooks });
    expect(result.state).toBe("DISCARDED");
    expect(result.phases.map(({ name }) => name)).toEqual(["init", "plan"]);
    expect(linesOf(result, "after_run")).toEqual([]);
  });

  test("asks about the plan, and finishes at once when that changes nothing", async () => {
    const planning = (actions: string) =>
      `echo '{"resource_changes":[{"address":"a.b","change":{"actions":["${actions}"]}}]}' >/mnt/workspace/spacelift.plan.json`;
    const asked: unknown[] = [];
    const confirm = (plan: unknown) => {
      asked.push(plan);
      return false;
    };
    const changing = await fakeRun({ type: "tracked", confirm, commands: { plan: planning("create") } });
    expect(changing.state).toBe("DISCARDED");
    expect(asked).toEqual([{ resource_changes: [{ address: "a.b", change: { actions: ["create"] } }] }]);
    const idle = await fakeRun({ type: "tracked", confirm, commands: { plan: planning("no-op") } });
    expect(idle.state).toBe("FINISHED");
    expect(idle.phases.map(({ name }) => name)).toEqual(["init", "plan"]);
    expect(asked).toHaveLength(1);
  });
});

describeRuns("other runs", () => {
  test.each([
    ["proposed", ["init", "plan"]],
    ["testing", ["init", "plan", "apply", "destroy"]],
    ["destroy", ["init", "destroy"]],
  ] as const)("%s", async (type, phases) => {
    const result = await fakeRun({ type });
    expect(result.state).toBe("FINISHED");
    expect(result.phases.map(({ name }) => name)).toEqual(phases);
    expect(result.logs.map(({ text }) => text)).toEqual(phases.map((phase) => `in ${phase}`));
  });

  test("a task gives its command to `sh -c`", async () => {
    const run = startFakeRun({ type: "task" }, {});
    expect(linesOf(await run.result, "perform")).toEqual(["in perform"]);
    const source = mkdtempSync(join(tmpdir(), "task-"));
    const { performRun } = await import("../../world/runs/index.js");
    const definition = { type: "task", stack: { id: "demo" }, source, skipInit: true } as const;
    const result = await performRun({ ...definition, command: "echo 'a  b' \"$0\" && false || exit 5" }).result;
    rmSync(source, { recursive: true });
    expect(linesOf(result, "perform")).toEqual(["a  b sh"]);
    expect(result.failure).toContain("perform: the phase's command ended with exit code 5");
  });
});

describeRuns("a run", () => {
  test("stops at the first phase that fails", async () => {
    const result = await fakeRun({ type: "tracked", commands: { plan: "false" } });
    expect(result.state).toBe("FAILED");
    expect(result.phases.map(({ name }) => name)).toEqual(["init", "plan"]);
    expect(result.failure).toBe("plan: the phase's command ended with exit code 1: false");
    expect(result.outputs).toBeNull();
  });

  test("has after_run hooks whatever the outcome, which see it and do not change it", async () => {
    const after_run = ["echo ended as $TF_VAR_spacelift_final_run_state", "false", "echo not reached"];
    const good = await fakeRun({ type: "tracked", hooks: { after_run } });
    expect(linesOf(good, "after_run")).toEqual(["ended as FINISHED"]);
    expect(good.state).toBe("FINISHED");
    const bad = await fakeRun({ hooks: { after_run }, commands: { init: "false" } });
    expect(linesOf(bad, "after_run")).toEqual(["ended as FAILED"]);
    expect(bad.failure).toContain("init:");
  });

  test("has the project's files with those of the account over them, and works in its project root", async () => {
    const source = mkdtempSync(join(tmpdir(), "project-"));
    const { mkdirSync, writeFileSync } = await import("node:fs");
    mkdirSync(join(source, "apps/db"), { recursive: true });
    writeFileSync(join(source, "apps/db/a.txt"), "from the project\n");
    writeFileSync(join(source, "apps/db/b.txt"), "from the project\n");
    const result = await fakeRun({
      source,
      projectRoot: "apps/db",
      files: [{ path: "source/apps/db/b.txt", content: "from the account\n" }],
      commands: { plan: "pwd && cat a.txt b.txt && echo new >c.txt && stat -c %u a.txt c.txt" },
    });
    rmSync(source, { recursive: true });
    expect(linesOf(result, "plan")).toEqual([
      "/mnt/workspace/source/apps/db",
      "from the project",
      "from the account",
      "1983",
      "1983",
    ]);
    expect(result.newFiles).toEqual([".env_hooks_after", "source/apps/db/c.txt"]);
  });

  test("refuses files that would lie outside the workspace", async () => {
    const files = [{ path: "../outside", content: "" }];
    await expect(fakeRun({ files })).rejects.toThrow("../outside is not below /mnt/workspace");
  });

  test("leaves nothing on the host, or its workspaces where it is told to", async () => {
    const scratch = mkdtempSync(join(tmpdir(), "run-test-"));
    const result = await fakeRun({ type: "tracked", commands: { apply: "echo x >made" } }, { scratch });
    const [kept = ""] = readdirSync(scratch);
    expect(readdirSync(join(scratch, kept)).sort()).toEqual(["workspace-1", "workspace-2", "workspace.tar"]);
    expect(readFileSync(join(scratch, kept, "workspace-2/source/made"), "utf8")).toBe("x\n");
    expect(existsSync(join(scratch, kept, "workspace-1/source/made"))).toBe(false);
    rmSync(scratch, { recursive: true });
    expect(result.state).toBe("FINISHED");
  });

  test("lets its processes be scanned while it goes on", async () => {
    let seen: readonly string[] = [];
    const run = startFakeRun(
      { environment: [{ name: "KEY", value: "tskey-1" }], commands: { plan: "echo now && sleep 0.5" } },
      {
        onEvent: (event) => {
          if (event.type !== "log" || event.line.text !== "now" || run.container === null) return;
          seen = scanProcesses(run.container).flatMap(({ environment }) => environment ?? ["unreadable"]);
        },
      },
    );
    expect((await run.result).state).toBe("FINISHED");
    expect(seen).toContain("KEY=tskey-1");
    expect(seen).not.toContain("unreadable");
    expect(run.container).toBeNull();
  });

  test("needs a shell that is there", () => {
    expect(() => startFakeRun({}, { shell: ["no-such-shell"] })).toThrow("the shell no-such-shell is not on the PATH");
  });
});
