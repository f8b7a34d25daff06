// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import type { BuildOutput } from "./slug.js";

/** Runs a program, while this process may serve what it asks for. */
export async function collect(argv: readonly string[], env: NodeJS.ProcessEnv, cwd?: string): Promise<BuildOutput> {
  return await new Promise((resolve, reject) => {
    const [program = "", ...args] = argv;
    const child = spawn(program, args, {
      env,
      stdio: ["ignore", "pipe", "pipe"],
      ...(cwd === undefined ? {} : { cwd }),
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, text }));
  });
}
