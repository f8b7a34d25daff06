// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { unusedKey } from "../contract/context/unused-key.js";
import type { OutputFormat } from "../contract/options/option.js";
import { withoutSecrets } from "../contract/options/secrets.js";
import { VERSION } from "../contract/wire/version.js";
import { readArguments, type Tree } from "./arguments.js";
import { contextModel } from "./context/build.js";
import type { ContextModel } from "./context/model.js";
import { errorCode, errorText, Failure, UsageError } from "./failure.js";
import { HELP } from "./help.js";
import { PALETTE_HELP, paletteUserData } from "./hosts/palette.js";
import { readPaletteOptions } from "./hosts/palette-options.js";
import { blueprint } from "./outputs/blueprint.js";
import { configYml } from "./outputs/config-yml.js";
import { jsonText } from "./outputs/escape.js";
import { workerPool } from "./outputs/kubernetes.js";
import { codeBlock } from "./outputs/markdown.js";
import { terraformFiles } from "./outputs/module.js";
import { moduleReadme } from "./outputs/module-readme.js";
import { pluginManifest } from "./outputs/plugin.js";

/**
 * `spacetail render`: prints the context that its options describe in the language of another tool, or writes it to
 * files.
 *
 * @returns the exit status: 0, 1 for a failure, 2 for a wrong command line
 */
export function render(args: readonly string[], print: (text: string) => void = printWhole): number {
  const ofPalette = paletteArguments(args);
  if (args.includes("--help") || args.includes("-h")) {
    print(`${ofPalette === null ? HELP : PALETTE_HELP}\n`);
    return 0;
  }
  try {
    if (ofPalette !== null) {
      const options = readPaletteOptions(ofPalette);
      const text = paletteUserData(options);
      if (options.output === "") print(text);
      else write("palette", { [options.output]: text });
      return 0;
    }
    const { format, output, options } = readArguments(args);
    const model = contextModel(format, options);
    const given = options as Tree;
    const warning = unusedKey(options);
    if (warning !== null) console.error(`spacetail render: ${warning}`);
    if (output === "") print(textOf(format, given, model));
    else
      write(format, format === "hcl" ? moduleFiles(output, given, model) : { [output]: textOf(format, given, model) });
    return 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const problems =
      error instanceof UsageError ? [...error.problems, "see `spacetail render --help`"] : error.problems;
    // What was given is quoted, and somebody may give a secret where none belongs.
    for (const problem of problems) console.error(withoutSecrets(`spacetail render: ${problem}`));
    return error.status;
  }
}

/** The arguments without `--format palette`, which has flags of its own; null for all other formats. */
function paletteArguments(args: readonly string[]): string[] | null {
  const at = args.findIndex(
    (arg, i) => arg === "--format=palette" || (arg === "--format" && args[i + 1] === "palette"),
  );
  if (at < 0) return null;
  return args.filter((_, i) => i !== at && (args[at] !== "--format" || i !== at + 1));
}

/** Prints a text before the process can end, where a stream would keep what a slow pipe does not take. */
function printWhole(text: string): void {
  try {
    writeFileSync(1, text);
  } catch (error) {
    // The reader has read enough.
    if (errorCode(error) !== "EPIPE") throw new Failure(`the text cannot be printed: ${errorText(error)}`);
  }
}

/** Everything as one text. A Terraform module can be one file or several. */
function textOf(format: OutputFormat, options: Tree, model: ContextModel): string {
  const notes = [`${mark(format)}, version ${VERSION}.`];
  if (Object.keys(options).length > 0) notes.push(`Options: ${jsonText(options)}`);
  return [...notes.map((note) => `# ${note}`), "", TEXTS[format](model)].join("\n");
}

const TEXTS: Readonly<Record<OutputFormat, (model: ContextModel) => string>> = {
  hcl: (model) => Object.values(terraformFiles(model)).join("\n"),
  "config-yml": configYml,
  plugin: pluginManifest,
  blueprint,
  kubernetes: workerPool,
};

/** The files of a module in a folder, by their paths. */
function moduleFiles(folder: string, options: Tree, model: ContextModel): Record<string, string> {
  const note = `${mark("hcl")}, version ${VERSION}.`;
  const files = Object.entries(terraformFiles(model)).map(([name, text]) => [
    join(folder, name),
    `# ${note}\n\n${text}`,
  ]);
  const made =
    Object.keys(options).length === 0
      ? ""
      : `\nGenerated with these options:\n\n${codeBlock("json", jsonText(options, 2))}\n`;
  return {
    ...Object.fromEntries(files),
    [join(folder, "README.md")]: `<!-- ${note} -->\n\n${moduleReadme(model)}${made}`,
  };
}

/** The beginning of every file, by which files that may be overwritten are recognized. */
function mark(format: OutputFormat | "palette"): string {
  return `Generated by \`spacetail render --format ${format}\``;
}

/** Creates a folder and those above it. Node's own way never ends in file systems without folders, such as /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

/** Writes files by their paths: all of them, or none if one exists that `spacetail render` did not write. */
function write(format: OutputFormat | "palette", files: Readonly<Record<string, string>>): void {
  for (const path of Object.keys(files)) {
    attempt(`${path} cannot be written`, () => {
      if (!existsSync(path) || readFileSync(path, "utf8").slice(0, 100).includes(mark(format))) return;
      throw new Failure(
        `${path} exists, and spacetail render --format ${format} did not write it: choose another --output`,
      );
    });
  }
  for (const [path, text] of Object.entries(files)) {
    attempt(`${path} cannot be written`, () => {
      makeFolder(dirname(path));
      writeFileSync(path, text);
    });
  }
}

function attempt(problem: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw error instanceof Failure ? error : new Failure(`${problem}: ${errorText(error)}`);
  }
}
