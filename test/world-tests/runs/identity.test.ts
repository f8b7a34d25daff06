// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Spacelift writes references to variables like this.
import type { RunDefinition, RunResult } from "../../world/runs/index.js";
import { describeRuns, fakeRun, linesOf } from "./fake-run.js";

/** Prints the token of the variable, then the file's mode, owner and content. */
const SHOW = 'echo "$SPACELIFT_OIDC_TOKEN" && stat -c "%a %u" $FILE && cat $FILE && echo';
const FILE = { name: "FILE", value: "/mnt/workspace/spacelift.oidc" };

/** A run whose phases get tokens like `plan-token-1-of-01J...`, counted over the run. */
function identified(definition: Partial<RunDefinition>): Promise<RunResult> {
  let count = 0;
  const identityToken = (phase: string, runId: string) => {
    count += 1;
    return `${phase}-token-${count}-of-${runId}`;
  };
  return fakeRun({ identityToken, environment: [FILE], ...definition });
}

/** What a phase really printed. */
function printed(result: RunResult, phase: string): readonly string[] {
  return result.logs.filter((line) => line.phase === phase).map(({ raw }) => raw);
}

describeRuns("the identity token of a run", () => {
  test("is in the environment and in a file of the runner's own, a new one for every phase", async () => {
    const commands = { init: SHOW, plan: SHOW, apply: SHOW };
    const result = await identified({ type: "tracked", commands });

    expect(result.state).toBe("FINISHED");
    for (const [index, phase] of ["init", "plan", "apply"].entries()) {
      const token = `${phase}-token-${index + 1}-of-${result.id}`;
      expect(printed(result, phase)).toEqual([token, "600 1983", token]);
      expect(linesOf(result, phase)).toEqual(["*****", "600 1983", "*****"]);
    }
  });

  test("replaces what the last phase exported in its place", async () => {
    const hooks = { after_init: ["export SPACELIFT_OIDC_TOKEN=stale"] };
    const result = await identified({ hooks, commands: { plan: 'echo "$SPACELIFT_OIDC_TOKEN"' } });

    expect(printed(result, "plan")).toEqual([`plan-token-2-of-${result.id}`]);
  });

  test("can be referred to by other variables", async () => {
    const environment = [{ name: "VAULT_TOKEN", value: "jwt:${SPACELIFT_OIDC_TOKEN}" }];
    const result = await identified({ environment, commands: { plan: 'echo "$VAULT_TOKEN"' } });

    expect(printed(result, "plan")).toEqual([`jwt:plan-token-2-of-${result.id}`]);
    expect(linesOf(result, "plan")).toEqual(["jwt:*****"]);
  });

  test("is not written through a link that the run left in its place", async () => {
    const hooks = { after_init: ["echo mine >target", "ln -sf $PWD/target $FILE"] };
    const result = await identified({ hooks, commands: { plan: "cat target && stat -c %F $FILE" } });

    expect(printed(result, "plan")).toEqual(["mine", "regular file"]);
  });

  test("is nowhere in accounts without it", async () => {
    const commands = { plan: `echo "\${SPACELIFT_OIDC_TOKEN-none}" && test ! -e ${FILE.value} && echo no file` };
    const result = await fakeRun({ commands });

    expect(linesOf(result, "plan")).toEqual(["none", "no file"]);
  });
});
