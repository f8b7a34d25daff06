// SPDX-License-Identifier: Apache-2.0
// Workflows run nothing that does not run anywhere else: npm scripts and make targets.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const ROOT = join(__dirname, "../..");
const FOLDER = join(ROOT, ".github/workflows");

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Workflow {
  readonly permissions?: object;
  readonly jobs: Readonly<Record<string, { readonly steps?: readonly Step[]; readonly uses?: string }>>;
}

const WORKFLOWS = readdirSync(FOLDER).map((name): [string, Workflow] => [
  name,
  parse(readFileSync(join(FOLDER, name), "utf8")),
]);

function stepsOf(workflow: Workflow): readonly Step[] {
  return Object.values(workflow.jobs).flatMap(({ steps = [] }) => steps);
}

const COMMANDS = WORKFLOWS.flatMap(([name, workflow]) =>
  stepsOf(workflow).flatMap(({ run }): [string, string][] => (run === undefined ? [] : [[name, run]])),
);

test("there is one for changes, the image, releases and each week", () => {
  expect(WORKFLOWS.map(([name]) => name).sort()).toEqual(["ci.yml", "image.yml", "release.yml", "weekly.yml"]);
  expect(COMMANDS.length).toBeGreaterThan(15);
});

test.each(COMMANDS)("%s: %s", (_, command) => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  expect(command.trimEnd()).not.toContain("\n");
  const script = /^npm run (?:--silent )?(\S+)/.exec(command)?.[1];
  const target = /^(?:sudo \S+ )?make (\S+)/.exec(command)?.[1];
  if (script !== undefined) expect(Object.keys(scripts)).toContain(script);
  else if (target !== undefined) {
    // What it would do: a target that is missing is an error.
    const words = ["--dry-run", target, "BRANCH=b", "TITLE=t", "TAG=v1.2.3", "IMAGE=i", "DIGEST=d"];
    expect(spawnSync("make", words, { cwd: ROOT, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  } else expect(command).toBe("npm ci --ignore-scripts");
});

test.each(WORKFLOWS)("%s asks for few permissions and names versions of all that it uses", (_, workflow) => {
  expect(workflow.permissions).toBeDefined();
  const used = [...stepsOf(workflow), ...Object.values(workflow.jobs)].flatMap(({ uses }) => uses ?? []);
  expect(used).not.toEqual([]);
  for (const one of used) {
    if (one.startsWith("./")) expect(existsSync(join(ROOT, one))).toBe(true);
    else expect(one).toMatch(/^[\w-]+\/[\w-]+@(v\d+|[0-9a-f]{40})$/);
  }
});

test("every kind of dependency is kept up to date", () => {
  const { enabledManagers, pip_requirements: pip } = JSON.parse(readFileSync(join(ROOT, "renovate.json"), "utf8"));
  expect([...enabledManagers].sort()).toEqual(["dockerfile", "github-actions", "gomod", "npm", "pip_requirements"]);
  const [pattern] = pip.managerFilePatterns;
  expect(new RegExp(pattern.slice(1, -1)).test("image/native/zig.txt")).toBe(true);
});

test("only one file says where the project is published", () => {
  const tracked = spawnSync("git", ["grep", "--untracked", "-l", "-E", "GITHUB_REPOSITORY|ghcr\\.io"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const files = tracked.stdout.trimEnd().split("\n");
  const own = files.filter((path) => /^(build|\.github|image|Makefile|package\.json)/.test(path));
  expect(own.filter((path) => !path.endsWith("main.mjs"))).toEqual(["build/release/project.mjs"]);
});
