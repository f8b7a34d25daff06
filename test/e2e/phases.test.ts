// SPDX-License-Identifier: Apache-2.0
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_HTTP_PROXY, hookLists, NO_PROXY_HEAD, PROXY_VARIABLES } from "../../contract/index.js";
import { BUILDS, type Build, imageFolder } from "../world/images.js";
import {
  findExecutable,
  performRun,
  type RunDefinition,
  type RunOptions,
  type RunResult,
} from "../world/runs/index.js";
import { ROOT } from "../world/world.js";
import { accessTo, describeInContainers, nodesLeft, REACH, useWorld } from "./stage.js";

const HOOKS = hookLists({ phases: ["perform"], httpProxy: DEFAULT_HTTP_PROXY, exitTrap: true });

/** Prints what Terraform would see, and reaches a service with it. */
const USE = `env | grep -i proxy | sort && ${REACH}`;

const SHELLS = [["dash"], ["busybox", "ash"], ["bash"]];

describeInContainers("the hooks in the shells of runners", () => {
  const world = useWorld();
  let source: string;
  beforeAll(() => {
    source = mkdtempSync(join(tmpdir(), "project-"));
    chmodSync(source, 0o755);
    mkdirSync(join(source, "empty"));
  });
  afterAll(() => rmSync(source, { recursive: true, force: true }));

  async function perform(
    build: Build,
    command: string,
    options: RunOptions = {},
    definition: Partial<RunDefinition> = {},
    variables: Record<string, string> = {},
  ): Promise<RunResult> {
    const access = { ...(await accessTo(world().tailnet)), TS_PANIC_IF_HIT_MAIN_CONTROL: "1", ...variables };
    const run = performRun(
      {
        type: "task",
        stack: { id: "demo" },
        source,
        skipInit: true,
        hooks: HOOKS,
        environment: Object.entries(access).map(([name, value]) => ({ name, value })),
        command,
        ...definition,
      },
      { image: imageFolder(ROOT, build), silenceLimitMs: 120_000, graceMs: 120_000, ...options },
    );
    const result = await run.result;
    expect(await nodesLeft(world().tailnet)).toEqual([]);
    expect(result.phases.flatMap((phase) => phase.processesLeft)).toEqual([]);
    return result;
  }

  const text = (result: RunResult): string => result.logs.map((line) => line.text).join("\n");
  const file = (result: RunResult): Record<string, string> => ({ ...result.phases.at(-1)?.environmentFile });
  const ours = (environment: Record<string, string>): string[] =>
    PROXY_VARIABLES.filter((name) => environment[name] !== undefined);

  describe.each(BUILDS)("%s", (build) => {
    describe.each(SHELLS.map((shell) => [shell.join(" "), shell] as const))("%s", (name, shell) => {
      const missing = findExecutable(shell[0] ?? "") === null;
      if (missing) console.warn(`skipped: hooks in ${name}: it is not on the PATH`);
      const here = missing ? test.skip : test;

      here("a phase is on the tailnet, and its environment is clean afterwards", async () => {
        const result = await perform(build, USE, { shell });
        expect(result.state).toBe("FINISHED");
        expect(text(result)).toContain("HTTPS_PROXY=http://localhost:8080");
        expect(text(result)).toContain(`NO_PROXY=${NO_PROXY_HEAD.join(",")}\n`);
        expect(text(result)).toContain("hello from the tailnet");
        expect(ours(file(result))).toEqual([]);
      });

      here("it holds under set -u and set -e", async () => {
        const hooks = { ...HOOKS, before_perform: ["set -eu", ...(HOOKS.before_perform ?? [])] };
        const result = await perform(build, USE, { shell }, { hooks });
        expect(result.state).toBe("FINISHED");
        expect(text(result)).toContain("hello from the tailnet");
      });

      here.each(["env", "export"] as const)(
        "after a failed phase the file (%s) is clean, though no after hook has run",
        async (format) => {
          const result = await perform(build, "false", { shell, environmentFileFormat: format });
          expect(result.state).toBe("FAILED");
          expect(text(result)).toContain("spacetail: off the tailnet.");
          expect(file(result).TS_OAUTH_TAGS).toBe("tag:spacelift");
          expect(ours(file(result))).toEqual([]);
        },
      );

      here("the run's own proxy comes back", async () => {
        const own = { HTTP_PROXY: "http://proxy.corp:3128", no_proxy: "it's.corp,own.corp" };
        const hooks = {
          ...HOOKS,
          after_perform: [...(HOOKS.after_perform ?? []), 'echo "own: $HTTP_PROXY $no_proxy"'],
        };
        // The worker's own upload would go through that proxy, which is not there.
        const result = await perform(build, USE, { shell, workerTimeoutMs: 5000 }, { hooks }, own);
        expect(text(result)).toContain(`NO_PROXY=${NO_PROXY_HEAD.join(",")},own.corp\n`);
        expect(text(result)).toContain(`no_proxy=${NO_PROXY_HEAD.join(",")},own.corp\n`);
        expect(text(result)).toContain('spacetail: left "it\'s.corp" out of NO_PROXY');
        expect(text(result)).toContain("own: http://proxy.corp:3128 it's.corp,own.corp");
        expect(file(result)).toMatchObject(own);
        expect(file(result).HTTPS_PROXY).toBeUndefined();
      });

      here("a variable of several lines with a line like ours stays whole", async () => {
        const lookalike = "first\nHTTP_PROXY=http://localhost:8080\nexport HTTP_PROXY='http://localhost:8080'\nlast";
        const hooks = {
          ...HOOKS,
          before_perform: [`export SCRIPT='${lookalike.split("'").join("'\\''")}'`, ...(HOOKS.before_perform ?? [])],
        };
        for (const command of ["true", "false"]) {
          const result = await perform(build, command, { shell, environmentFileFormat: "export" }, { hooks });
          expect(file(result).SCRIPT).toBe(lookalike);
          expect(ours(file(result))).toEqual([]);
        }
      });
    });

    test("a user's own EXIT trap replaces ours: the supervisor cleans up", async () => {
      const hooks = { ...HOOKS, before_perform: [...(HOOKS.before_perform ?? []), "trap 'echo mine' EXIT"] };
      for (const command of [USE, "false"]) {
        const result = await perform(build, command, {}, { hooks });
        expect(text(result)).toContain("mine");
        expect(text(result)).not.toContain("off the tailnet");
        expect(ours(file(result))).toEqual([]);
      }
    });

    test("variables that the user names do not outlive a phase, failed or not", async () => {
      const proxyVariables = ["ALL_PROXY", "NODE_USE_ENV_PROXY", "JAVA_TOOL_OPTIONS"];
      const options = { phases: ["perform"], httpProxy: DEFAULT_HTTP_PROXY, exitTrap: true, proxyVariables };
      const hooks = { ...hookLists(options), after_run: ["env | grep -E '^(ALL_PROXY|NODE_USE|JAVA_TOOL)' | sort"] };
      const own = { TS_PROXY_VARIABLES: proxyVariables.join(","), JAVA_TOOL_OPTIONS: "-Xmx1g" };
      for (const command of ["env | grep -E '^(ALL_PROXY|NODE_USE|JAVA_TOOL)' | sort", "false"]) {
        const result = await perform(build, command, {}, { hooks }, own);
        if (command !== "false") {
          expect(text(result)).toContain("ALL_PROXY=http://localhost:8080\nJAVA_TOOL_OPTIONS=-Xmx1g -Dhttp.proxyHost=");
          expect(text(result)).toContain("NODE_USE_ENV_PROXY=1");
        }
        expect(file(result).JAVA_TOOL_OPTIONS).toBe("-Xmx1g");
        expect([file(result).ALL_PROXY, file(result).NODE_USE_ENV_PROXY]).toEqual([undefined, undefined]);
      }
    });

    test("without the trap the last hook takes the tunnel down, and after a failure the supervisor", async () => {
      const hooks = hookLists({ phases: ["perform"], httpProxy: DEFAULT_HTTP_PROXY, exitTrap: false });
      const well = await perform(build, USE, {}, { hooks });
      expect(well.state).toBe("FINISHED");
      expect(text(well)).toContain("spacetail: off the tailnet.");
      const failed = await perform(build, "false", {}, { hooks });
      expect(ours(file(failed))).toEqual([]);
    });

    test.each([
      ["a phase that works", "env && true", "FINISHED"],
      ["a failed phase", "false", "FAILED"],
    ])("the plain set-up of a .spacelift/config.yml: %s", async (_, command, state) => {
      const hooks = { before_perform: ["spacetail up"], after_perform: ["spacetail down"] };
      const result = await perform(build, command, {}, { hooks });
      expect(result.state).toBe(state);
      expect(text(result)).toContain("on the tailnet as");
    });

    test("init and plan share a container, one tunnel after the other", async () => {
      const phases = hookLists({ phases: ["init", "plan"], httpProxy: DEFAULT_HTTP_PROXY, exitTrap: true });
      const definition: Partial<RunDefinition> = {
        type: "proposed",
        hooks: phases,
        commands: { init: "true", plan: USE },
      };
      const result = await perform(build, "", {}, definition);
      expect(result.state).toBe("FINISHED");
      expect(text(result).match(/on the tailnet as/g)).toHaveLength(2);
    });

    test("the file is clean after a failed phase whose supervisor was killed: down alone can do that", async () => {
      const kill = 'kill -9 $(sed \'s/.*"supervisor":{"pid":\\([0-9]*\\).*/\\1/\' /tmp/spacetail-1983/state.json)';
      const result = await perform(build, `${kill} && sleep 0.2; false`);
      expect(result.state).toBe("FAILED");
      const left = Object.keys(result.phases[0]?.environmentFile ?? {});
      expect(left.filter((name) => (PROXY_VARIABLES as readonly string[]).includes(name))).toEqual([]);
    });

    test("scrub of a file that cannot be replaced whole writes into it", async () => {
      const hooks = {
        ...HOOKS,
        after_perform: [
          ...(HOOKS.after_perform ?? []).slice(0, -1),
          "mkdir /tmp/fixed && printf 'A=1\\nHTTP_PROXY=http://localhost:8080\\n' >/tmp/fixed/file && chmod 555 /tmp/fixed",
          "spacetail scrub /tmp/fixed/file && cat /tmp/fixed/file",
          "spacetail scrub /tmp/fixed/missing",
        ],
      };
      const result = await perform(build, "true", {}, { hooks });
      expect(result.state).toBe("FINISHED");
      expect(text(result)).toContain("A=1");
      expect(text(result)).not.toContain("HTTP_PROXY=");
    });
  });
});
