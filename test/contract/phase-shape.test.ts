// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of shells and Terraform hold such placeholders
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hookLists, type OwnHook } from "../../contract/index.js";
import { inEveryShell, run, type Shell } from "./shells.js";

/** Stands in for the executable: writes down its arguments, and the proxy that it was called under. */
const EXECUTABLE = `#!/bin/sh
case "$*" in
  "env NO_PROXY") echo localhost,.spacelift.io ;;
  "env --restore") echo "export HTTP_PROXY=own" ;;
esac
[ "$2" = NO_PROXY ] || echo "$1 \${HTTP_PROXY:-none}" >> "$CALLS"
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spacetail-phase-"));
  writeFileSync(join(folder, "spacetail"), EXECUTABLE);
  chmodSync(join(folder, "spacetail"), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a phase as Spacelift does: all hooks and the command in one line of one shell. @returns the calls */
function runPhase(shell: Shell, command: string, exitTrap = true, own: readonly OwnHook[] = []): string[] {
  const hooks = hookLists({ phases: ["plan"], httpProxy: "localhost:8080", exitTrap }, own);
  const group = (list: readonly string[] | undefined) => (list ?? []).map((hook) => `{ ${hook}; }`);
  const line = [...group(hooks.before_plan), command, ...group(hooks.after_plan)].join(" && ");
  const calls = join(folder, "calls");
  // The colon makes the shell end well although the phase may fail: the calls are what counts.
  run(shell, `set -u; ${line} || :`, { CALLS: calls, PATH: `${folder}:${process.env.PATH}` });
  return readFileSync(calls, "utf8").trim().split("\n");
}

inEveryShell("a phase that passes: up, restore, scrub and, at its very end, down", (shell) => {
  const calls = runPhase(shell, '{ echo "command $HTTP_PROXY" >> "$CALLS"; }');
  expect(calls).toEqual(["up none", "command http://localhost:8080", "env none", "scrub own", "down own"]);
});

inEveryShell("a phase that fails: down all the same, though no after hook runs", (shell) => {
  expect(runPhase(shell, "false")).toEqual(["up none", "down http://localhost:8080"]);
});

inEveryShell("without the trap a phase that passes takes the tunnel down by its last hook", (shell) => {
  expect(runPhase(shell, "true", false)).toEqual(["up none", "env none", "scrub own", "down own"]);
});

inEveryShell("own hooks see the tunnel's proxy, those outside of it do not", (shell) => {
  const own = (before: boolean, outside: boolean): OwnHook => {
    const name = `${before ? "before" : "after"}-${outside ? "outside" : "inside"}`;
    return { phase: "plan", before, outside, command: `echo "${name} \${HTTP_PROXY:-none}" >> "$CALLS"` };
  };
  const hooks = [own(true, false), own(true, true), own(false, false), own(false, true)];
  expect(runPhase(shell, "true", true, hooks)).toEqual([
    "before-outside none",
    "up none",
    "before-inside http://localhost:8080",
    "after-inside http://localhost:8080",
    "env none",
    "scrub own",
    "after-outside own",
    "down own",
  ]);
});
