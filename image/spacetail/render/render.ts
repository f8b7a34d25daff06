// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { OutputFormat } from "../../../contract/options.js";
import { withoutTailscaleSecrets } from "../../../contract/secrets.js";
import { errorText, Failure } from "../failure.js";
import { readArguments, UsageError } from "./arguments.js";
import { contextModel } from "./build.js";
import { configYml } from "./config-yml.js";
import { HELP } from "./help.js";
import type { ContextModel } from "./model.js";
import { terraformFiles } from "./module.js";
import { moduleReadme } from "./module-readme.js";
import { pluginManifest } from "./plugin.js";

/** Begins every file, so that files which others wrote are told apart. */
const MARK = "Made by `spacetail render`.";

/**
 * `spacetail render`: prints the context that its options describe for those who write Terraform's own language, a
 * `.spacelift/config.yml` or a plugin of Spacelift, or writes it to files.
 */
export function render(args: readonly string[], print: (text: string) => void = printWhole): number {
  if (args.includes("--help") || args.includes("-h")) {
    print(`${HELP}\n`);
    return 0;
  }
  try {
    const { format, output, options } = readArguments(args);
    const model = contextModel(format, options);
    if (output === "") print(textOf(format, model));
    else write(format === "hcl" ? moduleFiles(output, model) : { [output]: textOf(format, model) });
    return 0;
  } catch (error) {
    // What was given is quoted, and somebody may give a secret where none belongs.
    const text = withoutTailscaleSecrets(errorText(error));
    if (!(error instanceof UsageError)) throw error instanceof Failure ? new Failure(text) : error;
    console.error(`spacetail render: ${text}. See \`spacetail render --help\`.`);
    return 2;
  }
}

/** Prints a text before the process can end, where a stream would keep what a slow pipe does not take. */
function printWhole(text: string): void {
  writeFileSync(1, text);
}

/** All in one text. Terraform takes a module in one file as well as in several. */
function textOf(format: OutputFormat, model: ContextModel): string {
  if (format === "hcl") return marked(Object.values(terraformFiles(model)).join("\n"));
  return marked(format === "plugin" ? pluginManifest(model) : configYml(model));
}

/** The files of a module in a folder, by their paths. */
function moduleFiles(folder: string, model: ContextModel): Record<string, string> {
  const files = Object.entries(terraformFiles(model)).map(([name, text]) => [join(folder, name), marked(text)]);
  return { ...Object.fromEntries(files), [join(folder, "README.md")]: `<!-- ${MARK} -->\n\n${moduleReadme(model)}` };
}

function marked(text: string): string {
  return `# ${MARK}\n\n${text}`;
}

/** Makes a folder and those above it. Node's own way never ends in file systems that take no folders, such as /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

/** Writes files by their paths, all of them or, if one is there already that somebody else wrote, none. */
function write(files: Readonly<Record<string, string>>): void {
  for (const path of Object.keys(files)) {
    attempt(`${path} cannot be written`, () => {
      if (!existsSync(path) || readFileSync(path, "utf8").slice(0, 100).includes(MARK)) return;
      throw new Failure(
        `${path} is there already and was not made by spacetail render: name another place by --output`,
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
