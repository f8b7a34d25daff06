// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OutputFormat } from "../../contract/options/option.js";
import { render } from "../../render/render.js";
import { OPTION_SETS } from "./option-sets.js";

/** The executable for Node, as it was built. */
export const EXECUTABLE = join(__dirname, "../../dist/spacetail.cjs");

/** What a command line did. */
export interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `spacetail render` in this process. */
export function runRender(...args: readonly string[]): Outcome {
  const printed = { out: "", err: "" };
  const spy = jest.spyOn(console, "error").mockImplementation((text) => {
    printed.err += `${text}\n`;
  });
  try {
    const status = render(args, (text) => {
      printed.out += text;
    });
    return { status, ...printed };
  } finally {
    spy.mockRestore();
  }
}

/** Runs `spacetail render` as users do, with `input` on its standard input. */
export function runExecutable(args: readonly string[], { input = "", cwd = tmpdir() } = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [EXECUTABLE, "render", ...args], {
    cwd,
    input,
    encoding: "utf8",
    env: { PATH: "/usr/bin:/bin" },
  });
  return { status: status ?? -1, out: stdout, err: stderr };
}

/** Does something with a folder, which is removed after that. */
export function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "spacetail-render-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs `spacetail render` with options from a file, which holds `options` as JSON. */
export function runWithOptions(format: OutputFormat, options: unknown, ...args: readonly string[]): Outcome {
  return inFolder((folder) => {
    const file = join(folder, "options.json");
    writeFileSync(file, JSON.stringify(options));
    return runRender("--format", format, "--options", file, ...args);
  });
}

/** What is printed for options. @throws if that is not all that happens */
export function rendered(format: OutputFormat, options: unknown): string {
  const { status, out, err } = runWithOptions(format, options);
  if (status !== 0 || err !== "") throw new Error(err);
  return out;
}

/** What is printed for a set of options. */
export function renderedSet(name: string, format: OutputFormat): string {
  return rendered(format, OPTION_SETS[name]?.options);
}

/** The files that `--output` writes for options, by name. */
export function renderedModule(options: unknown, names: readonly string[]): Record<string, string> {
  return inFolder((folder) => {
    const { status, err } = runWithOptions("hcl", options, "--output", folder);
    if (status !== 0) throw new Error(err);
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
  });
}

/**
 * What is wrong with options, without the name of the command before each line.
 *
 * @throws if that is not all that happens
 */
export function problemsOf(format: OutputFormat, options: unknown): string[] {
  const { status, out, err } = runWithOptions(format, options);
  const lines = err.trimEnd().split("\n");
  const prefix = "spacetail render: ";
  if (status !== 1 || out !== "" || !lines.every((line) => line.startsWith(prefix))) {
    throw new Error(`status ${status}: ${out}${err}`);
  }
  return lines.map((line) => line.slice(prefix.length));
}
