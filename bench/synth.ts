// SPDX-License-Identifier: Apache-2.0
// npm run bench:synth -- [--json] [--runs N]
//
// What the constructs cost over the same resources written in raw bindings: time to build and synthesize 1, 100, 1,000
// and 10,000 contexts, the peak of memory at 10,000, and the time to import all of the library once its engine is there.
// The raw program is as careful as one can be: it reads every attribute once and writes every text once. Each sample is a
// process of its own; the two programs take turns, and the figures are medians. Time is processor time, which a busy
// machine does not stretch: all of the work is one thread's.
//
// For Pulumi's components (synth-pulumi.ts) it is the time of 1,000 contexts. They take seconds, in which the load of a
// machine changes, so the two programs run side by side; and garbage is collected by their own thread, because helpers
// that wait for each other on a busy machine count as work. That took the spread of ratios from 30 % of the median to 10 %.
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { App, TerraformStack } from "cdktf";
import { spacelift, TailnetContext, TailnetOAuthClient, tailscale } from "spacetail";
import type { PulumiProgram, PulumiSample } from "./synth-pulumi.js";

const COUNTS = [1, 100, 1_000, 10_000];
const PROGRAMS = { constructs: withConstructs, raw: withRawBindings };
const TAGS = ["tag:spacelift"];

/** Begins the name of a sample that is Pulumi's. */
const PULUMI = "pulumi:";

type Program = keyof typeof PROGRAMS;

/** What one process measured. */
interface Sample {
  readonly ms: number;
  /** Peak of the resident memory. */
  readonly rssKb: number;
  /** A hash of all resources but for their ids: both programs must have made the same. */
  readonly made: string;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      runs: { type: "string", default: "5" },
      sample: { type: "string" },
      count: { type: "string", default: "1" },
    },
  });
  if (values.sample?.startsWith(PULUMI)) {
    const program = values.sample.slice(PULUMI.length) as PulumiProgram;
    // Loaded here alone: Pulumi's SDK would be most of what the other samples measure.
    const { samplePulumi } = await import("./synth-pulumi.js");
    console.log(JSON.stringify(await samplePulumi(program, Number(values.count))));
    return;
  }
  if (values.sample !== undefined) {
    console.log(JSON.stringify(sample(values.sample as Program, Number(values.count))));
    return;
  }
  const say = (line: string) => console.log(line);
  const runs = Number(values.runs);
  const timeRatio: Record<string, number> = {};
  const memoryRatio: Record<string, number> = {};
  for (const count of COUNTS) {
    const { constructs, raw } = takeTurns(count, runs);
    if (new Set([...constructs, ...raw].map(({ made }) => made)).size > 1)
      throw new Error(`the programs made different resources of ${count} contexts`);
    const time = compare(constructs, raw, ({ ms }) => ms);
    const memory = compare(constructs, raw, ({ rssKb }) => rssKb / 1024);
    if (count >= 1_000) timeRatio[count] = time.ratio;
    if (count >= 10_000) memoryRatio[count] = memory.ratio;
    say(`${count} contexts: ${time.ours} ms, raw ${time.raw} ms, ratio ${time.ratio}`);
    say(`    ${memory.ours} MB, raw ${memory.raw} MB, ratio ${memory.ratio}`);
  }
  const importOverMs = { cdktf: importOver("cdktf", runs), cdktn: importOver("cdktn", runs) };
  say(`import over the engine's: cdktf ${importOverMs.cdktf} ms, cdktn ${importOverMs.cdktn} ms`);
  const pulumiTimeRatio = { "1000": await pulumiRatio(1_000, runs, say) };
  const figures = { timeRatio, memoryRatio, importOverMs, pulumiTimeRatio };
  console.log(values.json ? JSON.stringify(figures) : figures);
}

/** Both programs in turns, and first the one, then the other, so that a busy moment of the machine hits both. */
function takeTurns(count: number, runs: number): Record<Program, Sample[]> {
  const taken: Record<Program, Sample[]> = { constructs: [], raw: [] };
  for (let i = 0; i < runs; i += 1) {
    const turn: Program[] = i % 2 === 0 ? ["constructs", "raw"] : ["raw", "constructs"];
    for (const program of turn) {
      const words = [__filename, "--sample", program, "--count", `${count}`];
      taken[program].push(JSON.parse(execFileSync(process.execPath, words, { encoding: "utf8" })));
    }
  }
  return taken;
}

/** The time of Pulumi's components over that of the same resources without them, both under mocks. */
async function pulumiRatio(count: number, runs: number, say: (line: string) => void): Promise<number> {
  const take = async (program: PulumiProgram): Promise<PulumiSample> => {
    const words = ["--single-threaded-gc", __filename, "--sample", `${PULUMI}${program}`, "--count", `${count}`];
    const { stdout } = await promisify(execFile)(process.execPath, words, { encoding: "utf8" });
    return JSON.parse(stdout);
  };
  const turns: { ours: PulumiSample; raw: PulumiSample }[] = [];
  for (let i = 0; i < runs; i += 1) {
    const [ours, raw] = await Promise.all([take("components"), take("raw")]);
    turns.push({ ours, raw });
  }
  if (new Set(turns.flatMap(({ ours, raw }) => [ours.made, raw.made])).size > 1)
    throw new Error(`the programs for Pulumi made different resources of ${count} contexts`);
  const ratio = round(median(turns.map(({ ours, raw }) => ours.ms / raw.ms)), 3);
  const [ours, raw] = [median(turns.map((turn) => turn.ours.ms)), median(turns.map((turn) => turn.raw.ms))];
  say(`Pulumi, ${count} contexts: ${round(ours, 1)} ms, raw ${round(raw, 1)} ms, ratio ${ratio}`);
  return ratio;
}

/** Medians of one figure, and the median of its ratio turn by turn. */
function compare(ours: readonly Sample[], raw: readonly Sample[], figure: (sample: Sample) => number) {
  const ratios = ours.map((one, i) => figure(one) / figure(raw[i] ?? one));
  return {
    ours: round(median(ours.map(figure)), 1),
    raw: round(median(raw.map(figure)), 1),
    ratio: round(median(ratios), 3),
  };
}

/** Builds and synthesizes in this process. */
function sample(program: Program, count: number): Sample {
  const outdir = mkdtempSync(join(tmpdir(), "spacetail-bench-"));
  try {
    const began = process.cpuUsage();
    const app = new App({ outdir });
    const stack = new TerraformStack(app, "bench");
    new spacelift.SpaceliftProvider(stack, "spacelift");
    new tailscale.TailscaleProvider(stack, "tailscale");
    PROGRAMS[program](stack, count);
    app.synth();
    const { user, system } = process.cpuUsage(began);
    const ms = (user + system) / 1_000;
    const rssKb = process.resourceUsage().maxRSS;
    return { ms, rssKb, made: hashOfResources(join(outdir, "stacks/bench/cdk.tf.json")) };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

function withConstructs(stack: TerraformStack, count: number): void {
  const oauthClient = new TailnetOAuthClient(stack, "client", { tags: TAGS });
  for (let i = 0; i < count; i += 1)
    new TailnetContext(stack, `c${i}`, { name: `tailnet-${i}`, auth: { oauthClient } });
}

function withRawBindings(stack: TerraformStack, count: number): void {
  const client = new tailscale.OauthClient(stack, "client", {
    scopes: ["auth_keys"],
    tags: TAGS,
    description: "Spacelift runs",
  });
  const clientId = client.id;
  const clientSecret = client.key;
  const tags = TAGS.join(",");
  const { before, after } = rawHooks();
  for (let i = 0; i < count; i += 1) {
    const context = new spacelift.Context(stack, `c${i}`, {
      name: `tailnet-${i}`,
      labels: [`autoattach:tailnet-${i}`],
      beforePlan: before,
      afterPlan: after,
      beforeApply: before,
      afterApply: after,
      beforePerform: before,
      afterPerform: after,
      beforeDestroy: before,
      afterDestroy: after,
    });
    const contextId = context.id;
    const variable = (name: string, value: string, writeOnly: boolean) =>
      new spacelift.EnvironmentVariable(stack, `c${i}-${name}`, { contextId, name, value, writeOnly });
    variable("TS_OAUTH_CLIENT_ID", clientId, false);
    variable("TS_OAUTH_CLIENT_SECRET", clientSecret, true);
    variable("TS_OAUTH_TAGS", tags, false);
  }
}

/** The hooks of one phase, taken from a context that the constructs made, so that the raw program can never lag behind. */
function rawHooks(): { before: string[]; after: string[] } {
  const stack = new TerraformStack(new App({ outdir: tmpdir() }), "hooks");
  const { resource } = new TailnetContext(stack, "c", { name: "c", auth: { authKey: "k" }, phases: ["plan"] });
  return { before: resource.beforePlanInput ?? [], after: resource.afterPlanInput ?? [] };
}

/** Logical ids differ, because constructs have a level more; everything else must not. */
function hashOfResources(file: string): string {
  const { resource } = JSON.parse(readFileSync(file, "utf8")) as { resource: Record<string, Record<string, object>> };
  const lines = Object.entries(resource).flatMap(([type, byId]) =>
    Object.values(byId).map((attributes) => `${type} ${JSON.stringify({ ...attributes, "//": null })}`),
  );
  const plain = lines.map((line) => line.replace(/\$\{(spacelift_context|tailscale_oauth_client)\.[^.]+\./g, "${$1."));
  return createHash("sha256").update(plain.sort().join("\n")).digest("hex");
}

/**
 * How long the library takes to import once its engine is there, in milliseconds, with all that it exports: what a
 * program does not use is not even loaded, unless it is an ECMAScript module.
 */
function importOver(engine: string, runs: number): number {
  const entry = engine === "cdktf" ? "spacetail" : "spacetail/cdktn";
  const program = `require("${engine}"); const began = process.cpuUsage(); Object.values(require("${entry}")); const { user, system } = process.cpuUsage(began); console.log((user + system) / 1000);`;
  const one = () => Number(execFileSync(process.execPath, ["--eval", program], { encoding: "utf8" }));
  return round(median(Array.from({ length: runs * 2 + 1 }, one)), 1);
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

void main();
