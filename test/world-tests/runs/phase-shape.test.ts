// SPDX-License-Identifier: Apache-2.0
import { describeRuns, fakeRun, linesOf, phaseOf, SHELLS } from "./fake-run.js";

const VARIANTS = SHELLS.flatMap(({ name, argv }) => [
  { name: `${name}, hooks timed`, options: { shell: argv, hookTimings: true } },
  { name: `${name}, hooks not timed`, options: { shell: argv, hookTimings: false } },
]);

describeRuns.each(VARIANTS)("a phase in one shell ($name)", ({ options }) => {
  /** A task without init phase: one phase, one container. */
  const perform = (before: readonly string[], after: readonly string[] = [], command = "echo in perform") =>
    fakeRun(
      {
        type: "task",
        skipInit: true,
        commands: { perform: command },
        hooks: { before_perform: before, after_perform: after },
      },
      options,
    );

  test("runs hooks, command and hooks in order, in the same process", async () => {
    const result = await perform(["echo one $$", "echo two $$"], ["echo three $$"], "echo command $$");
    const lines = linesOf(result, "perform").map((line) => line.split(" "));
    expect(lines.map(([word]) => word)).toEqual(["one", "two", "command", "three"]);
    expect(new Set(lines.map(([, pid]) => pid)).size).toBe(1);
    expect(result.state).toBe("FINISHED");
  });

  test("an EXIT trap fires after the phase", async () => {
    const result = await perform(["trap 'echo trap' EXIT"], ["echo after"]);
    expect(linesOf(result, "perform")).toEqual(["in perform", "after", "trap"]);
  });

  test("a failed command skips the after hooks but not the EXIT trap", async () => {
    const result = await perform(["trap 'echo trap' EXIT"], ["echo after"], "sh -c 'exit 3'");
    expect(linesOf(result, "perform")).toEqual(["trap"]);
    expect(phaseOf(result, "perform").exitCode).toBe(3);
    expect(result).toMatchObject({ state: "FAILED", failure: expect.stringContaining("exit code 3") });
  });

  test("a failed before hook skips the command", async () => {
    const result = await perform(["false"]);
    expect(linesOf(result, "perform")).toEqual([]);
    expect(result.state).toBe("FAILED");
  });

  test("a failed after hook fails the phase", async () => {
    const result = await perform([], ["false"]);
    expect(linesOf(result, "perform")).toEqual(["in perform"]);
    expect(result.state).toBe("FAILED");
  });

  test("the last of two EXIT traps wins", async () => {
    const result = await perform(["trap 'echo first' EXIT", "trap 'echo second' EXIT"]);
    expect(linesOf(result, "perform")).toEqual(["in perform", "second"]);
  });

  test("`exit 0` in a hook skips command and after hooks, and the phase succeeds", async () => {
    const result = await perform(["trap 'echo trap' EXIT", "exit 0"], ["echo after"]);
    expect(linesOf(result, "perform")).toEqual(["trap"]);
    expect(result.state).toBe("FINISHED");
    expect(phaseOf(result, "perform").environmentFile).toBeNull();
  });

  test("a comment or a trailing & in a hook is a syntax error of the whole phase", async () => {
    for (const hook of ["echo a # note", "sleep 0 &"]) {
      const result = await perform(["echo first", hook]);
      expect(linesOf(result, "perform")).not.toContain("first");
      expect(result.state).toBe("FAILED");
    }
  });

  test("a newline in a hook hides a failure before it", async () => {
    const result = await perform(["false\necho went on"]);
    expect(linesOf(result, "perform")).toEqual(["went on", "in perform"]);
  });

  test("`set -eu` in a hook holds for the phase and breaks nothing of the worker's", async () => {
    const result = await perform(["set -eu", "set -C"], ["echo after"]);
    expect(linesOf(result, "perform")).toEqual(["in perform", "after"]);
    expect(result.state).toBe("FINISHED");
    expect(phaseOf(result, "perform").environmentFile).not.toBeNull();
  });

  test("`cd` in a hook moves the command too", async () => {
    const result = await perform(["pwd", "cd /"], [], "pwd");
    expect(linesOf(result, "perform")).toEqual(["/mnt/workspace/source", "/"]);
  });

  test("the exit status of a failing EXIT trap is the phase's", async () => {
    const result = await perform(["trap 'exit 7' EXIT"]);
    expect(phaseOf(result, "perform").exitCode).toBe(7);
    expect(result.state).toBe("FAILED");
  });

  test("nothing of the worker's own is left in the environment", async () => {
    const result = await perform(["set -a"], ["env"]);
    const names = Object.keys(phaseOf(result, "perform").environmentFile ?? {});
    expect(names).toContain("SPACELIFT_RUN_ID");
    expect([...names, ...linesOf(result, "perform")].filter((text) => text.startsWith("spacelift_"))).toEqual([]);
  });
});

describeRuns("hook timings", () => {
  test("tell each element, its time, and what the EXIT trap took", async () => {
    const result = await fakeRun({
      hooks: { before_plan: ["sleep 0.2", "trap 'sleep 0.3' EXIT"], after_plan: ["sleep 0.1"] },
    });
    const { elements, trapMs, startedAt } = phaseOf(result, "plan");
    expect(elements.map(({ kind, text }) => [kind, text])).toEqual([
      ["before", "sleep 0.2"],
      ["before", "trap 'sleep 0.3' EXIT"],
      ["command", "echo in plan"],
      ["after", "sleep 0.1"],
    ]);
    // File times may lag by a tick of the kernel's clock.
    expect(elements[0]?.durationMs).toBeGreaterThanOrEqual(190);
    expect(elements[0]?.endedAt).toBeGreaterThanOrEqual(startedAt + 190);
    expect(elements[3]?.durationMs).toBeGreaterThanOrEqual(90);
    expect(trapMs).toBeGreaterThanOrEqual(290);
  });

  test("name the element at which a phase failed", async () => {
    const result = await fakeRun({ hooks: { before_plan: ["true"], after_plan: ["sh -c 'exit 4'"] } });
    expect(result.failure).toBe("plan: a hook after the phase ended with exit code 4: sh -c 'exit 4'");
  });

  test("are told as they happen", async () => {
    const order: string[] = [];
    await fakeRun(
      { hooks: { before_plan: ["true", "sleep 0.5"] } },
      {
        onEvent: (event) => {
          if (event.type === "element-finished") order.push(event.element.text);
          if (event.type === "log") order.push(event.line.text);
        },
      },
    );
    expect(order.indexOf("true")).toBeLessThan(order.indexOf("in plan"));
    expect(order.indexOf("sleep 0.5")).toBeGreaterThan(order.indexOf("true"));
  });
});
