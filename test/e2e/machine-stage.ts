// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { machinesProblem } from "../world/machines/images.js";
import type { Machine, Who } from "../world/machines/machine.js";
import { appears } from "./serve-stage.js";
import { eventually } from "./stage.js";

/** `describe` where machines can be made; elsewhere the tests are skipped and the reason is printed. */
export function describeOnMachines(name: string, body: () => void, problem = machinesProblem()): void {
  if (problem !== null) console.warn(`skipped: ${name}: ${problem}`);
  (problem === null ? describe : describe.skip)(name, body);
}

/** Why systemd cannot be booted in namespaces here, or null: it needs control groups that it may divide. */
export function bootProblem(): string | null {
  const problem = machinesProblem();
  if (problem !== null) return problem;
  const folder = mkdtempSync(join(tmpdir(), "cgroup-"));
  const { status, stderr } = spawnSync("mount", ["-t", "cgroup2", "none", folder], { encoding: "utf8" });
  if (status !== 0) return `control groups cannot be mounted: ${stderr.trim()}`;
  spawnSync("umount", [folder]);
  return null;
}

/** A command that goes on while the test does something else. */
export interface Begun {
  readonly text: () => string;
  readonly prints: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Its exit status. */
  readonly code: Promise<number | null>;
}

/** Starts a line on a machine. */
export function begin(machine: Machine, line: string, who: Who = {}): Begun {
  const { child, ran } = machine.start(line, who);
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (piece: string) => {
      text += piece;
    });
  }
  return { text: () => text, prints: (pattern) => appears(() => text, pattern), code: ran.then(({ code }) => code) };
}

/** Runs a line until it succeeds, and returns what it printed then. */
export async function succeeds(machine: Machine, line: string, who: Who = {}): Promise<string> {
  let text = "";
  await eventually(async () => {
    const ran = await machine.run(line, who);
    text = ran.text;
    return ran.code === 0;
  }, `${line} succeeds`);
  return text;
}

/** The code blocks of a language in a page. */
export function blocksOf(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "gm"))].map(([, block = ""]) => block);
}
