// SPDX-License-Identifier: Apache-2.0
import type { EnvironmentFileFormat } from "../../world/runs/index.js";
import { describeRuns, fakeRun, linesOf, phaseOf, SHELLS } from "./fake-run.js";

const VARIANTS = SHELLS.flatMap(({ name, argv }) =>
  (["env", "export"] as const).map((format: EnvironmentFileFormat) => ({
    name,
    format,
    options: { shell: argv, environmentFileFormat: format },
  })),
);

describeRuns.each(VARIANTS)("the environment of a run ($name, $format format)", ({ options, format }) => {
  test("what a before hook exports reaches the command, later phases and the file", async () => {
    const result = await fakeRun(
      {
        type: "tracked",
        hooks: { before_init: ["export GREETING='good day'", "OWN=only-here"] },
        commands: { init: "echo $GREETING $OWN", plan: "echo $GREETING $OWN", apply: "echo $GREETING $OWN" },
      },
      options,
    );
    expect(result.state).toBe("FINISHED");
    expect(linesOf(result, "init")).toEqual(["good day only-here"]);
    expect(linesOf(result, "plan")).toEqual(["good day"]);
    // The apply phase runs in another container; the file has come along with the workspace.
    expect(linesOf(result, "apply")).toEqual(["good day"]);
    for (const { environmentFile } of result.phases) {
      expect(environmentFile).toMatchObject({ GREETING: "good day", SPACELIFT_RUN_ID: result.id });
      expect(environmentFile).not.toHaveProperty("OWN");
    }
  });

  test("what a hook unsets stays unset, even if the run defines it", async () => {
    const result = await fakeRun(
      {
        environment: [{ name: "REGION", value: "north" }],
        hooks: { after_init: ["unset REGION"] },
        commands: { init: "printenv REGION || echo none", plan: "printenv REGION || echo none" },
      },
      options,
    );
    expect(linesOf(result, "init")).toEqual(["north"]);
    expect(linesOf(result, "plan")).toEqual(["none"]);
  });

  test("values with quotes, dollars, backslashes, tabs and letters beyond ASCII come through unchanged", async () => {
    const value = `it's "1\\2" $HOME \`id\` \t<ü€> *`;
    const result = await fakeRun(
      { environment: [{ name: "ODD", value }], commands: { plan: "printenv ODD" } },
      options,
    );
    expect(phaseOf(result, "init").environmentFile?.ODD).toBe(value);
    expect(linesOf(result, "plan")).toEqual([value]);
  });

  test("a value of several lines comes through unchanged", async () => {
    const value = "first line\n  second 'line'\n\nlast";
    const result = await fakeRun(
      { environment: [{ name: "TEXT", value }], commands: { plan: "printenv TEXT" } },
      options,
    );
    expect(phaseOf(result, "init").environmentFile?.TEXT).toBe(value);
    expect(linesOf(result, "plan")).toEqual(value.split("\n"));
  });

  test("a value with a line that looks like a variable is kept whole only by the quoted format", async () => {
    const value = "begin\nHTTP_PROXY=http://localhost:8080\nend";
    const result = await fakeRun({ type: "task", environment: [{ name: "TEXT", value }] }, options);
    const file = phaseOf(result, "init").environmentFile;
    if (format === "export") expect(file).toMatchObject({ TEXT: value });
    else expect(file).toMatchObject({ TEXT: "begin", HTTP_PROXY: "http://localhost:8080\nend" });
    expect(file).toHaveProperty("SPACELIFT_RUN_ID");
  });

  test("the file is written after the after hooks, in the apply phase before them", async () => {
    const save = ["export SEEN=yes"];
    const result = await fakeRun(
      { type: "tracked", hooks: { after_plan: save, after_apply: ["unset SEEN"] } },
      options,
    );
    expect(phaseOf(result, "init").environmentFile).not.toHaveProperty("SEEN");
    expect(phaseOf(result, "plan").environmentFile).toMatchObject({ SEEN: "yes" });
    expect(phaseOf(result, "apply").environmentFile).toMatchObject({ SEEN: "yes" });
  });

  test("the file is written after a failure too, before the EXIT trap", async () => {
    for (const phase of ["plan", "apply"] as const) {
      const result = await fakeRun(
        {
          type: "tracked",
          hooks: { [`before_${phase}`]: ["export SEEN=yes", "trap 'cp /mnt/workspace/.env_hooks_after ./seen' EXIT"] },
          commands: { [phase]: "false" },
        },
        options,
      );
      expect(result.state).toBe("FAILED");
      expect(phaseOf(result, phase).environmentFile).toMatchObject({ SEEN: "yes" });
      expect(result.newFiles).toContain("source/seen");
    }
  });

  test("what a hook edits in the file is what the next phase gets", async () => {
    const scrub =
      "sed -i -e '/^export GONE=/d' -e '/^declare -x GONE=/d' -e '/^GONE=/d' /mnt/workspace/.env_hooks_after";
    const result = await fakeRun(
      {
        hooks: { before_init: ["export GONE=1 KEPT=2", `trap "${scrub}" EXIT`] },
        commands: { plan: "echo $KEPT && printenv GONE || echo none" },
      },
      options,
    );
    expect(linesOf(result, "plan")).toEqual(["2", "none"]);
  });

  test("a file that cannot be written leaves the phase's exit code alone, and fails the run", async () => {
    const hooks = { before_init: ["set -e", "mkdir /mnt/workspace/.env_hooks_after"] };
    const result = await fakeRun({ hooks }, options);
    expect(phaseOf(result, "init").exitCode).toBe(0);
    expect(result.failure).toMatch(/^init: EISDIR/);
  });

  test("a file that a hook has broken fails the run", async () => {
    const spoil = "trap 'echo \"?\" >/mnt/workspace/.env_hooks_after' EXIT";
    const result = await fakeRun({ hooks: { before_init: [spoil] } }, options);
    expect(result.state).toBe("FAILED");
    expect(result.failure).toContain(".env_hooks_after cannot be read: line 1");
  });
});

describeRuns("the environment of a run", () => {
  test("has the run's variables and Spacelift's, and nothing of the caller's", async () => {
    process.env.CALLERS_OWN = "secret of the caller";
    const result = await fakeRun({
      type: "task",
      skipInit: true,
      commands: { perform: "env" },
      stack: { id: "db", labels: ["a", "b"] },
    });
    delete process.env.CALLERS_OWN;
    const environment = linesOf(result, "perform");
    expect(environment).toEqual(
      expect.arrayContaining([
        `SPACELIFT_RUN_ID=${result.id}`,
        `TF_VAR_spacelift_run_id=${result.id}`,
        "TF_VAR_spacelift_stack_id=db",
        "TF_VAR_spacelift_run_state=PERFORMING",
        "TF_VAR_spacelift_run_type=TASK",
        'TF_VAR_spacelift_stack_labels_list=["a","b"]',
        "TF_IN_AUTOMATION=true",
        "HOME=/mnt/home",
      ]),
    );
    expect(environment.join("\n")).not.toContain("CALLERS_OWN");
    expect(environment.find((line) => line.startsWith("PATH="))).toMatch(/^PATH=\/mnt\/image:/);
  });

  test("differs by phase where variables do", async () => {
    const result = await fakeRun({
      type: "tracked",
      environment: [
        { name: "TOKEN", value: "for reading", phases: ["init", "plan"] },
        { name: "TOKEN", value: "for writing", phases: ["apply"] },
        { name: "ONLY_PLAN", value: "1", phases: ["plan"] },
      ],
      commands: {
        plan: "echo $TOKEN [$ONLY_PLAN] $TF_VAR_spacelift_run_state",
        apply: "echo $TOKEN [$ONLY_PLAN] $TF_VAR_spacelift_run_state",
      },
    });
    expect(linesOf(result, "plan")).toEqual(["for reading [1] PLANNING"]);
    expect(linesOf(result, "apply")).toEqual(["for writing [] APPLYING"]);
  });

  test("can be a function of the phase", async () => {
    const result = await fakeRun({
      environment: (phase) => [{ name: "WHERE", value: `during ${phase}` }],
      commands: { init: "echo $WHERE", plan: "echo $WHERE" },
    });
    expect([...linesOf(result, "init"), ...linesOf(result, "plan")]).toEqual(["during init", "during plan"]);
  });

  test("resolves references between variables; unknown ones stay", async () => {
    const result = await fakeRun({
      environment: [
        { name: "FOO", value: "bar" },
        { name: "BAZ", value: `\${FOO}-baz` },
        { name: "DEEP", value: `\${BAZ}/\${SPACELIFT_RUN_ID}/\${NOBODY}` },
        { name: "CIRCLE", value: `\${CIRCLE}:x` },
      ],
      commands: { plan: "echo $BAZ && printenv DEEP && printenv CIRCLE" },
    });
    expect(linesOf(result, "plan")).toEqual(["bar-baz", `bar-baz/${result.id}/\${NOBODY}`, `\${CIRCLE}:x`]);
  });
});
