// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FUZZED, type Fuzzed } from "./cases.js";
import { ParserProcess, type Result } from "./parser-process.js";
import { Random, seedOf } from "./random.js";

/** A case that was found once, and is tried ever since. */
export interface Kept {
  /** Of what is {@link FUZZED}. */
  readonly name: string;
  readonly why: string;
  readonly base64: string;
}

/** The commands of the program in `parsers/`. */
export interface Builds {
  readonly native: readonly string[];
  readonly node: readonly string[];
}

/** What a run has shown. */
export interface Report {
  readonly cases: number;
  /** Resident memory of the native build when it had seen many cases, and at the end. */
  readonly warmKb: number;
  readonly endKb: number;
}

/** How many cases are under way at the same time. */
const BATCH = 64;

/** How many cases a process sees before its memory must not grow any more, and by how much it may. */
const WARM = 3000;
const GROWTH_KB = 4096;

/** How often a case that fails is tried with something left out. */
const MOST_TRIES = 400;

export function commandsOf(root: string): Builds {
  const program = join(root, ".cache/bin/net-probe");
  return { native: [`${program}-linux-x64`], node: [process.execPath, `${program}.cjs`] };
}

export function keptCases(root: string): readonly Kept[] {
  return JSON.parse(readFileSync(join(root, "test/fuzz/kept.json"), "utf8")) as Kept[];
}

/**
 * Feeds both builds with cases that follow from a seed, and fails for the first that the native one does not survive,
 * or of which it makes something else than Node does.
 *
 * @param goOn whether to make more cases after so many
 */
export async function fuzz(
  builds: Builds,
  fuzzed: Fuzzed,
  seed: number,
  goOn: (cases: number) => boolean,
): Promise<Report> {
  const feeders = start(builds, fuzzed);
  let warmKb = 0;
  let cases = 0;
  try {
    for (; goOn(cases); cases += BATCH) {
      const inputs = Array.from({ length: BATCH }, (_, i) =>
        fuzzed.make(new Random(seedOf(seed, fuzzed.name, cases + i))),
      );
      const problems = await judge(feeders, fuzzed, inputs);
      for (const [i, problem] of problems.entries()) {
        const input = inputs[i];
        if (problem === null || input === undefined) continue;
        throw new Error(await findingOf(builds, fuzzed, input, `${problem} (case ${cases + i} of seed ${seed})`));
      }
      if (cases < WARM) warmKb = Math.max(warmKb, feeders.native.residentKb());
    }
    const endKb = feeders.native.residentKb();
    if (cases > 2 * WARM && endKb > warmKb + GROWTH_KB) {
      throw new Error(`${fuzzed.name}: memory grew from ${warmKb} to ${endKb} KB in ${cases} cases of seed ${seed}`);
    }
    return { cases, warmKb, endKb };
  } finally {
    feeders.native.stop();
    feeders.node?.stop();
  }
}

/** What is wrong with one case, or null. */
export async function tryCase(builds: Builds, name: string, input: Buffer): Promise<string | null> {
  const fuzzed = FUZZED.find((one) => one.name === name);
  if (fuzzed === undefined) throw new Error(`nothing is called ${name}`);
  const feeders = start(builds, fuzzed);
  try {
    return (await judge(feeders, fuzzed, [input]))[0] ?? null;
  } finally {
    feeders.native.stop();
    feeders.node?.stop();
  }
}

interface Feeders {
  readonly native: ParserProcess;
  readonly node: ParserProcess | null;
}

function start(builds: Builds, { parser, isSame }: Fuzzed): Feeders {
  return {
    native: new ParserProcess(builds.native, parser),
    node: isSame ? new ParserProcess(builds.node, parser) : null,
  };
}

async function judge(
  { native, node }: Feeders,
  { name }: Fuzzed,
  inputs: readonly Buffer[],
): Promise<(string | null)[]> {
  const outcome = (feeder: ParserProcess): Promise<(Result | Error)[]> =>
    Promise.all(inputs.map((input) => feeder.feed(input).catch((error: Error) => error)));
  const [ours, theirs] = await Promise.all([outcome(native), node === null ? null : outcome(node)]);
  return ours.map((one, i) => {
    const other = theirs?.[i];
    if (one instanceof Error) return `${name}: ${one.message}`;
    if (!one.ok) return `${name}: ${one.text}`;
    if (other === undefined) return null;
    if (other instanceof Error) return `${name}: with Node ${other.message}`;
    if (!other.ok) return `${name}: with Node ${other.text}`;
    if (one.hash === other.hash && one.length === other.length) return null;
    return `${name}: the native build makes ${JSON.stringify(one.text)} of it, and Node ${JSON.stringify(other.text)}`;
  });
}

/** Leaves out of a case what it fails without. */
async function findingOf(builds: Builds, fuzzed: Fuzzed, input: Buffer, first: string): Promise<string> {
  let smallest = input;
  let problem = await tryCase(builds, fuzzed.name, input);
  // What only fails after other cases cannot be made smaller alone.
  if (problem === null) return `${first}\nalone it passes: ${smallest.toString("base64")}`;
  let tries = 0;
  for (let size = Math.ceil(input.length / 2); size > 0 && tries < MOST_TRIES; size = Math.floor(size / 2)) {
    for (let at = 0; at < smallest.length && tries < MOST_TRIES; ) {
      tries += 1;
      const shorter = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)]);
      const found = await tryCase(builds, fuzzed.name, shorter);
      if (found === null) at += size;
      else {
        smallest = shorter;
        problem = found;
      }
    }
  }
  return `${first}\nsmallest: ${problem}\n${fuzzed.name} ${smallest.toString("base64")}`;
}
