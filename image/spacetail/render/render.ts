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
export function render(args: readonly string[]): number {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(HELP);
    return 0;
  }
  try {
    const { format, output, options } = readArguments(args);
    const model = contextModel(format, options);
    if (output === "") process.stdout.write(textOf(format, model));
    else if (format === "hcl") writeModule(output, model);
    else write(output, textOf(format, model));
    return 0;
  } catch (error) {
    // What was given is quoted, and somebody may give a secret where none belongs.
    const text = withoutTailscaleSecrets(errorText(error));
    if (!(error instanceof UsageError)) throw error instanceof Failure ? new Failure(text) : error;
    console.error(`spacetail render: ${text}. See \`spacetail render --help\`.`);
    return 2;
  }
}

/** All in one text. Terraform takes a module in one file as well as in several. */
function textOf(format: OutputFormat, model: ContextModel): string {
  if (format === "hcl") return marked(Object.values(terraformFiles(model)).join("\n"));
  return marked(format === "plugin" ? pluginManifest(model) : configYml(model));
}

function writeModule(folder: string, model: ContextModel): void {
  for (const [name, text] of Object.entries(terraformFiles(model))) write(join(folder, name), marked(text));
  write(join(folder, "README.md"), `<!-- ${MARK} -->\n\n${moduleReadme(model)}`);
}

function marked(text: string): string {
  return `# ${MARK}\n\n${text}`;
}

/** Writes a file and makes its folder, but not over one that somebody else wrote. */
function write(path: string, text: string): void {
  try {
    if (existsSync(path) && !readFileSync(path, "utf8").slice(0, 100).includes(MARK)) {
      throw new Failure(
        `${path} is there already and was not made by spacetail render: name another place by --output`,
      );
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    throw error instanceof Failure ? error : new Failure(`${path} cannot be written: ${errorText(error)}`);
  }
}
