// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from "node:timers/promises";
import type { Run, RunDefinition, RunOptions, RunResult } from "../../world/runs/index.js";
import { describeRuns, fakeRun, linesOf, phaseOf, SHELLS, startFakeRun } from "./fake-run.js";

/**
 * A limit, in milliseconds, that is several times as long as a phase takes on this machine, which others may keep busy.
 * Call it in `describe`, use it in tests.
 */
function useLimit(): () => number {
  let ms = 0;
  beforeAll(async () => {
    const { phases } = await fakeRun({ type: "tracked" });
    ms = Math.max(1000, ...phases.map(({ durationMs }) => 6 * Math.round(durationMs)));
  });
  return () => ms;
}

/** Does something to a run as soon as its log has a line. */
async function whenPrinted(
  line: string,
  action: (run: Run) => void,
  definition: Partial<RunDefinition>,
  options: RunOptions = {},
): Promise<RunResult> {
  const run = startFakeRun(definition, {
    ...options,
    onEvent: (event) => {
      if (event.type === "log" && event.line.text === line) action(run);
    },
  });
  return run.result;
}

describeRuns.each(SHELLS)("a phase and who holds it ($name)", ({ argv }) => {
  const limitMs = useLimit();
  const options = { graceMs: 500, shell: argv };

  test("a daemon with the phase's output holds the phase until the silence limit kills the container", async () => {
    const hooks = { before_plan: ["sleep 600 & :"], after_run: ["echo ran"] };
    const silenceLimitMs = limitMs();
    const result = await fakeRun({ hooks }, { ...options, silenceLimitMs });
    expect(result.state).toBe("FAILED");
    expect(result.failure).toBe(`plan: the job was killed: it was not producing any logs for ${silenceLimitMs} ms`);
    const { durationMs, shellMs, processesLeft, exitCode } = phaseOf(result, "plan");
    expect(exitCode).toBe(0);
    expect(durationMs).toBeGreaterThanOrEqual(silenceLimitMs);
    expect(shellMs).toBeLessThan(durationMs);
    expect(processesLeft.map(({ commandLine }) => commandLine)).toEqual([["sleep", "600"]]);
    // The container is gone, so nothing else can run in it.
    expect(linesOf(result, "after_run")).toEqual([]);
    expect(result.uploads).toEqual([]);
  });

  test("a detached daemon does not, and is listed", async () => {
    const result = await fakeRun({ hooks: { before_init: ["sleep 601 </dev/null >/dev/null 2>&1 & :"] } }, options);
    expect(result.state).toBe("FINISHED");
    // Init and plan share a container, so it is still there after both.
    for (const { processesLeft } of result.phases) {
      expect(processesLeft.map(({ commandLine }) => commandLine)).toEqual([["sleep", "601"]]);
    }
  });

  test("a daemon that ends within the grace is not listed", async () => {
    const hooks = { before_init: ["sleep 0.3 </dev/null >/dev/null 2>&1 & :"] };
    const result = await fakeRun({ hooks }, { ...options, graceMs: 120_000 });
    for (const { processesLeft } of result.phases) expect(processesLeft).toEqual([]);
  });
});

describeRuns("the pipes of a phase", () => {
  const limitMs = useLimit();

  test("a daemon that redirects only one of output and errors holds it too", async () => {
    const runs = [">/dev/null", "2>/dev/null"].map((redirection) =>
      fakeRun({ hooks: { before_plan: [`sleep 600 ${redirection} & :`] } }, { silenceLimitMs: 2 * limitMs() }),
    );
    for (const { failure } of await Promise.all(runs)) expect(failure).toContain("not producing any logs");
  });

  test("extra pipes on descriptors 3 and 20 hold the phase just as well", async () => {
    const extra = { extraDescriptors: [3, 20], graceMs: 500 };
    const detached = "</dev/null >/dev/null 2>&1";
    const holding = [`sleep 602 ${detached} & :`, `sh -c 'exec 3>&-; exec sleep 602' ${detached} & :`];
    const silenceLimitMs = 2 * limitMs();
    const runs = holding.map((hook) => fakeRun({ hooks: { before_plan: [hook] } }, { ...extra, silenceLimitMs }));
    for (const { failure } of await Promise.all(runs)) expect(failure).toContain("not producing any logs");
    const close = "for (const fd of [3, 20]) require('fs').closeSync(fd)";
    const spawn = "require('child_process').spawn('sleep', ['603'], { detached: true, stdio: 'ignore' }).unref()";
    const none = await fakeRun({ hooks: { before_plan: [`node -e "${close}; ${spawn}"`] } }, extra);
    expect(none.state).toBe("FINISHED");
    expect(phaseOf(none, "plan").processesLeft.map(({ commandLine }) => commandLine)).toEqual([["sleep", "603"]]);
  });
});

describeRuns("limits", () => {
  const limitMs = useLimit();

  /** A command that takes a share of the limit. */
  const sleepFor = (share: number) => `sleep ${(limitMs() * share) / 1000}`;

  test("silence counts from the last line", async () => {
    const plan = `for i in 1 2 3 4; do echo $i; ${sleepFor(0.4)}; done`;
    const result = await fakeRun({ commands: { plan } }, { silenceLimitMs: limitMs() });
    expect(result.state).toBe("FINISHED");
    expect(phaseOf(result, "plan").durationMs).toBeGreaterThan(limitMs());
  });

  test("the run limit ends a run that keeps printing", async () => {
    const forever = { commands: { plan: "while :; do echo on; sleep 0.1; done" } };
    const result = await fakeRun(forever, { runLimitMs: limitMs() });
    const reason = `the job was killed: it ran longer than the maximum run time of ${limitMs()} ms`;
    expect(result.failure).toBe(`plan: ${reason}`);
    expect(linesOf(result, "worker")).toEqual([reason]);
  });

  test("the run limit counts all phases together", async () => {
    const commands = { init: sleepFor(0.6), plan: sleepFor(0.6) };
    const result = await fakeRun({ commands }, { runLimitMs: limitMs() });
    expect(result.failure).toContain("plan: the job was killed: it ran longer");
  });

  test("the time a plan waits for confirmation does not count", async () => {
    const confirm = async () => {
      await sleep(1.1 * limitMs());
      return true;
    };
    const limits = { silenceLimitMs: limitMs(), runLimitMs: limitMs() };
    const result = await fakeRun({ type: "tracked", confirm }, limits);
    expect(result.state).toBe("FINISHED");
  });
});

describeRuns("standard input of a phase", () => {
  test.each(["null", "closed-pipe"] as const)("%s is at its end", async (input) => {
    const result = await fakeRun({ commands: { plan: "readlink /proc/self/fd/0 && cat" } }, { input });
    expect(result.state).toBe("FINISHED");
    const [name = ""] = linesOf(result, "plan");
    expect(name === "/dev/null").toBe(input === "null");
  });
});

describeRuns.each(SHELLS)("stopping a run ($name)", ({ name, argv }) => {
  const limitMs = useLimit();
  const waiting = () => ({
    hooks: { before_plan: ["trap 'echo trap' EXIT"] },
    commands: { plan: `echo waiting && sleep ${limitMs() / 1000}` },
  });

  test("sends SIGTERM to the phase's shell; of the shells only bash runs an EXIT trap then", async () => {
    const result = await whenPrinted("waiting", (run) => expect(run.stop()).toBe(true), waiting(), { shell: argv });
    expect(result.state).toBe("STOPPED");
    expect(linesOf(result, "plan")).toEqual(name === "bash" ? ["waiting", "trap"] : ["waiting"]);
  });

  test("lets a trap of SIGTERM do what it wants", async () => {
    const hooks = { before_plan: ["trap 'echo trap' EXIT", "trap 'exit 143' TERM"], after_run: ["echo ran"] };
    const result = await whenPrinted("waiting", (run) => run.stop(), { ...waiting(), hooks }, { shell: argv });
    expect(result.state).toBe("STOPPED");
    expect(linesOf(result, "plan")).toEqual(["waiting", "trap"]);
    expect(linesOf(result, "after_run")).toEqual(["ran"]);
  });
});

describeRuns("stopping and killing", () => {
  test("an apply cannot be stopped", async () => {
    let stopped = true;
    const definition = { type: "tracked", commands: { apply: "echo applying && sleep 0.3" } } as const;
    const note = (run: Run) => {
      stopped = run.stop();
    };
    const result = await whenPrinted("applying", note, definition);
    expect(stopped).toBe(false);
    expect(result.state).toBe("FINISHED");
  });

  test("a killed container takes everything with it, traps and after_run too", async () => {
    const definition = {
      hooks: { before_plan: ["trap 'echo trap' EXIT TERM"], after_run: ["echo ran"] },
      commands: { plan: "echo planning && sleep 600" },
    };
    const from = Date.now();
    const result = await whenPrinted("planning", (run) => void run.kill(), definition);
    expect(Date.now() - from).toBeLessThan(300_000);
    expect(result).toMatchObject({ state: "FAILED", failure: "plan: the container was killed", uploads: [] });
    expect(result.logs.map(({ text }) => text)).toEqual(["in init", "planning"]);
  });
});
