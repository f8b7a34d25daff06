// SPDX-License-Identifier: Apache-2.0
// npm run bench:synth -- [--json] [--runs N]
//
// What the constructs cost over the same resources written in raw bindings: the time to build and synthesize 1,000
// contexts, the heap that the program then retains, and the time to import the whole library once its engine is loaded.
// The raw program is as careful as one can be: it reads every attribute once and writes every text once. Each sample is
// a process of its own; the two programs take turns, and the figures are medians. Time is processor time, that of V8's
// compiler and garbage collector included. Heap is what is in use after a garbage collection with everything still
// referenced, the engine's own included.
//
// For Pulumi's components (synth-pulumi.ts) it is the time alone. They take seconds, in which the load of a machine
// changes, so the two programs run side by side; and garbage is collected by their own thread, because helper threads
// that wait for each other on a busy machine count as work.
//
// The last line is the ratios.
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { App, TerraformStack } from "cdktf";
import { spacelift, TailnetContext, TailnetOAuthClient, tailscale } from "spacetail";
import type { PulumiProgram, PulumiSample } from "./synth-pulumi.js";

/** Contexts in one program; figures are named after it. */
const COUNT = 1_000;
const PROGRAMS = { constructs: withConstructs, raw: withRawBindings };
const TAGS = ["tag:spacelift"];

/** Begins the name of a sample that is Pulumi's. */
const PULUMI = "pulumi:";

type Program = keyof typeof PROGRAMS;

/** What one process measured. */
interface Sample {
  readonly ms: number;
  readonly heapKb: number;
  /** A hash of all resources but for their ids: both programs must have made the same. */
  readonly made: string;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      runs: { type: "string", default: "5" },
      sample: { type: "string" },
    },
  });
  if (values.sample?.startsWith(PULUMI)) {
    const program = values.sample.slice(PULUMI.length) as PulumiProgram;
    // Loaded here alone: Pulumi's SDK would be most of what the other samples measure.
    const { samplePulumi } = await import("./synth-pulumi.js");
    console.log(JSON.stringify(await samplePulumi(program, COUNT)));
    return;
  }
  if (values.sample !== undefined) {
    console.log(JSON.stringify(sample(values.sample as Program)));
    return;
  }
  const runs = Number(values.runs);
  const { constructs, raw } = takeTurns(runs);
  if (new Set([...constructs, ...raw].map(({ made }) => made)).size > 1)
    throw new Error("the programs made different resources");
  const time = compare(constructs, raw, ({ ms }) => ms);
  const heap = compare(constructs, raw, ({ heapKb }) => heapKb / 1024);
  console.log(`${COUNT} contexts: ${time.ours} ms, raw ${time.raw} ms, ratio ${time.ratio}`);
  console.log(`    ${heap.ours} MB retained, raw ${heap.raw} MB, ratio ${heap.ratio}`);
  const importOverMs = { cdktf: importOver("cdktf", runs), cdktn: importOver("cdktn", runs) };
  console.log(`import over the engine's: cdktf ${importOverMs.cdktf} ms, cdktn ${importOverMs.cdktn} ms`);
  const figures = {
    timeRatio: { [COUNT]: time.ratio },
    memoryRatio: { [COUNT]: heap.ratio },
    importOverMs,
    pulumiTimeRatio: { [COUNT]: await pulumiRatio(runs) },
  };
  console.log(values.json ? JSON.stringify(figures) : figures);
}

/** Both programs in turns, and first the one, then the other, so that a busy moment of the machine hits both. */
function takeTurns(runs: number): Record<Program, Sample[]> {
  const taken: Record<Program, Sample[]> = { constructs: [], raw: [] };
  for (let i = 0; i < runs; i += 1) {
    const turn: Program[] = i % 2 === 0 ? ["constructs", "raw"] : ["raw", "constructs"];
    for (const program of turn) {
      const words = ["--expose-gc", __filename, "--sample", program];
      taken[program].push(JSON.parse(execFileSync(process.execPath, words, { encoding: "utf8" })));
    }
  }
  return taken;
}

/** The time of Pulumi's components over that of the same resources without them, both under mocks. */
async function pulumiRatio(runs: number): Promise<number> {
  const take = async (program: PulumiProgram): Promise<PulumiSample> => {
    const words = ["--single-threaded-gc", __filename, "--sample", `${PULUMI}${program}`];
    const { stdout } = await promisify(execFile)(process.execPath, words, { encoding: "utf8" });
    return JSON.parse(stdout);
  };
  const turns: { ours: PulumiSample; raw: PulumiSample }[] = [];
  for (let i = 0; i < runs; i += 1) {
    const [ours, raw] = await Promise.all([take("components"), take("raw")]);
    turns.push({ ours, raw });
  }
  if (new Set(turns.flatMap(({ ours, raw }) => [ours.made, raw.made])).size > 1)
    throw new Error("the programs for Pulumi made different resources");
  const ratio = round(median(turns.map(({ ours, raw }) => ours.ms / raw.ms)), 3);
  const [ours, raw] = [median(turns.map((turn) => turn.ours.ms)), median(turns.map((turn) => turn.raw.ms))];
  console.log(`Pulumi, ${COUNT} contexts: ${round(ours, 1)} ms, raw ${round(raw, 1)} ms, ratio ${ratio}`);
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
function sample(program: Program): Sample {
  const outdir = mkdtempSync(join(tmpdir(), "spacetail-bench-"));
  try {
    const began = process.cpuUsage();
    const app = new App({ outdir });
    const stack = new TerraformStack(app, "bench");
    new spacelift.SpaceliftProvider(stack, "spacelift");
    new tailscale.TailscaleProvider(stack, "tailscale");
    PROGRAMS[program](stack, COUNT);
    app.synth();
    const { user, system } = process.cpuUsage(began);
    const heapKb = retainedHeapKb();
    // Names the app after the collection, which therefore spares it.
    const made = hashOfResources(join(app.outdir, "stacks/bench/cdk.tf.json"));
    return { ms: (user + system) / 1_000, heapKb, made };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** The heap in use once everything else is collected. */
function retainedHeapKb(): number {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error("samples run with --expose-gc");
  gc();
  return process.memoryUsage().heapUsed / 1024;
}

/** Given by both programs. */
const DESCRIPTION = "Runs on the tailnet";

function withConstructs(stack: TerraformStack, count: number): void {
  const oauthClient = new TailnetOAuthClient(stack, "client", { tags: TAGS });
  for (let i = 0; i < count; i += 1)
    new TailnetContext(stack, `c${i}`, { name: `tailnet-${i}`, description: DESCRIPTION, auth: { oauthClient } });
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
      description: DESCRIPTION,
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

/**
 * The hooks of one phase, taken from a context that the constructs made, so that the raw program can never lag
 * behind.
 */
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

/** How long the library takes to import once its engine is loaded, in milliseconds, with every export read once. */
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
