// SPDX-License-Identifier: Apache-2.0
import { type HostPort, parseHostPort } from "../../../contract/wire/addresses.js";
import { redact } from "../../../contract/wire/secrets.js";
import { errorMessage, Failure } from "../errors/failure.js";
import { type Colour, coloured, isTerminalError, isTerminalOut } from "../process/terminal.js";
import { startProgress } from "../tunnel/progress.js";
import { noFacts, type Row, type Visit } from "./checks/row.js";
import { ROWS } from "./checks/rows.js";
import { down } from "./down.js";
import type { Invocation } from "./invocation.js";

/** What `--json` prints of a row. */
interface Result {
  readonly name: string;
  readonly result: "ok" | "fail" | "skip";
  /** What was found, or what is wrong and what to do. */
  readonly detail: string;
}

const COLOURS: Readonly<Record<Result["result"], Colour>> = { ok: "green", fail: "red", skip: "yellow" };

/**
 * `spacetail doctor [--json] [HOST:PORT]`: checks everything that a tunnel needs, one line each, and says what to do
 * about what is wrong. Starts a tunnel for that unless one is up.
 *
 * @returns 0 if nothing is wrong, else 1
 */
export async function doctor({ platform, env, args }: Invocation): Promise<number> {
  const json = args.includes("--json");
  const target = targetOf(args.filter((one) => one !== "--json"));
  const visit: Visit = { platform, env, target, facts: noFacts() };
  const onTerminal = isTerminalOut(env);
  const results: Result[] = [];
  // The rows that have failed, and those that need them.
  const bad: string[] = [];
  const progress = startProgress(isTerminalError(env));
  for (const row of ROWS) {
    // `up` shows its own progress.
    progress.waitFor(row.name === "tailnet" ? "" : `the check ${row.name}`);
    const missing = row.needs.find((name) => bad.includes(name)) ?? "";
    const result = missing === "" ? await resultOf(row, visit) : blocked(row.name, missing);
    if (result.result === "fail" || missing !== "") bad.push(row.name);
    results.push(result);
    progress.waitFor("");
    if (!json) console.log(lineOf(result, onTerminal));
  }
  progress.end();
  if (visit.facts.started) await down({ platform, env, args: [] });
  const isFine = !results.some((one) => one.result === "fail");
  if (json) console.log(JSON.stringify({ ok: isFine, checks: results }));
  return isFine ? 0 : 1;
}

function targetOf(args: readonly string[]): HostPort | null {
  if (args.length === 0) return null;
  const target = args.length === 1 ? parseHostPort(args[0] ?? "") : null;
  if (target === null)
    throw new Failure("`spacetail doctor` takes HOST:PORT and --json, as in `spacetail doctor db:5432`.");
  return target;
}

function blocked(name: string, missing: string): Result {
  return { name, result: "skip", detail: `needs ${missing}` };
}

async function resultOf({ name, check, fix }: Row, visit: Visit): Promise<Result> {
  try {
    const { result, detail } = await check(visit);
    return { name, result, detail };
  } catch (error) {
    const why = redact(errorMessage(error), [visit.facts.secret, visit.facts.token]);
    const [line = "", ...more] = why.split("\n");
    const sentence = line.endsWith(".") ? line : `${line}.`;
    return { name, result: "fail", detail: [fix === "" ? sentence : `${sentence} ${fix}`, ...more].join("\n") };
  }
}

function lineOf({ name, result, detail }: Result, onTerminal: boolean): string {
  const mark = coloured(result.padEnd(4), COLOURS[result], onTerminal);
  return `${mark} ${name.padEnd(14)} ${detail}`;
}
