// SPDX-License-Identifier: Apache-2.0
// The command of a phase is captured in every form but an absolute path, with the context's option and nothing else.
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_HTTP_PROXY, hookLists } from "../../contract/index.js";
import { imageFolder } from "../world/images.js";
import { findExecutable, performRun, type RunResult } from "../world/runs/index.js";
import { ROOT } from "../world/world.js";
import { accessTo, describeInContainers, nodesLeft, useWorld } from "./stage.js";

/** A stand-in for Terraform that knows no proxy. */
const TOOL = "#!/bin/sh\\nexec curl -sS http://state/hello\\n";
function hooks(capture: "true" | "phase"): Record<string, string[]> {
  const ours = hookLists({ phases: ["perform"], httpProxy: DEFAULT_HTTP_PROXY, exitTrap: true, capture });
  return {
    ...ours,
    before_perform: [
      `mkdir -p /tmp/tools && printf '${TOOL}' >/tmp/tools/terraform && chmod +x /tmp/tools/terraform`,
      "export PATH=/tmp/tools:$PATH",
      ...(ours.before_perform ?? []),
      "echo once",
    ],
    after_perform: [...(ours.after_perform ?? []), 'case "$PATH" in */shims:*) echo leaked;; esac'],
  };
}

const SHELLS = [["dash"], ["busybox", "ash"], ["bash"], ["bash", "--posix"]];

const FORMS = [
  "terraform plan",
  "TF_LOG=1 terraform plan",
  "command terraform plan",
  "env terraform plan",
  "timeout 300 terraform plan",
  "sh -c 'terraform plan'",
];

describeInContainers("a phase with capture", () => {
  const world = useWorld();
  let source: string;
  beforeAll(() => {
    source = mkdtempSync(join(tmpdir(), "project-"));
    chmodSync(source, 0o755);
    mkdirSync(join(source, "empty"));
  });
  afterAll(() => rmSync(source, { recursive: true, force: true }));

  describe.each(SHELLS.map((shell) => [shell.join(" "), shell] as const))("%s", (name, shell) => {
    const isMissing = findExecutable(shell[0] ?? "") === null;
    if (isMissing) console.warn(`skipped: phases in ${name}: it is not on the PATH`);
    const here = isMissing ? test.skip : test;

    async function perform(command: string, capture: "true" | "phase" = "true"): Promise<RunResult> {
      const access = { ...(await accessTo(world().tailnet)), TS_CAPTURE: capture, TS_PANIC_IF_HIT_MAIN_CONTROL: "1" };
      const run = performRun(
        {
          type: "task",
          stack: { id: "demo" },
          source,
          skipInit: true,
          hooks: hooks(capture),
          environment: Object.entries(access).map(([name, value]) => ({ name, value })),
          command,
        },
        { image: imageFolder(ROOT, "native"), shell, silenceLimitMs: 120_000, graceMs: 120_000 },
      );
      const result = await run.result;
      expect(await nodesLeft(world().tailnet)).toEqual([]);
      expect(result.phases.flatMap((phase) => phase.processesLeft)).toEqual([]);
      return result;
    }

    here("every form of the command reaches the tailnet, without proxy variables", async () => {
      const result = await perform(`${FORMS.join(" && ")} && env | grep -ci '^https*_proxy=' || true`);
      const text = result.logs.map((line) => line.text).join("\n");
      expect(result.state).toBe("FINISHED");
      expect(text).toContain("spacetail: capture: on");
      expect(text.match(/hello from the tailnet/g)).toHaveLength(FORMS.length);
      expect(text).not.toContain("leaked");
    });

    here("with `phase`, so is an absolute path, and hooks after ours run once", async () => {
      const result = await perform("/tmp/tools/terraform plan && env | grep -ci '^https*_proxy=' || true", "phase");
      const text = result.logs.map((line) => line.text).join("\n");
      expect(result.state).toBe("FINISHED");
      expect(text.match(/hello from the tailnet/g)).toHaveLength(1);
      expect(text.match(/^once$/gm)).toHaveLength(1);
      expect(text).not.toContain("capture: off");
      expect(text).not.toContain("leaked");
    });

    here("with `phase`, the phase ends as its command does", async () => {
      const result = await perform("sh -c 'exit 7'", "phase");
      expect(result.state).toBe("FAILED");
      expect(result.phases.at(-1)?.exitCode).toBe(7);
    });
  });
});
