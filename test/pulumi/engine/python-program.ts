// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { PluginHost } from "./plugin-host.js";

/** What a Python program is run with. */
export interface PythonOptions {
  readonly host: PluginHost;
  /** Folder of the program. */
  readonly folder: string;
  /** Folder with Pulumi's Python SDK. */
  readonly packages: string;
  /** File with the schema of the components, of which their SDK is made. */
  readonly schema: string;
}

/** Runs the Python program of a folder against the engine of a plugin. @returns how it ended, and what it printed */
export async function runPython({ host, folder, packages, schema }: PythonOptions) {
  const { address, engine } = host;
  const here = join(__dirname, "python");
  const words = [join(here, "run.py"), address, engine.project, engine.stack, String(engine.preview), "__main__.py"];
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    PYTHONPATH: `${here}:${packages}`,
    PYTHONDONTWRITEBYTECODE: "1",
    SPACETAIL_SCHEMA: schema,
  };
  const child = spawn("python3", words, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => {
      output += data;
    });
  }
  const status = await new Promise<number | null>((done) => child.once("close", done));
  return { status, output };
}
