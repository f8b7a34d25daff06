// SPDX-License-Identifier: Apache-2.0
import { RENDER_OPTIONS } from "../contract/options/context-options.js";
import { FORMATS, formatsOf, type Option, type OptionKind } from "../contract/options/option.js";
import { flagName, renderedKind, renderedOptions } from "../contract/options/option-table.js";

const USAGE = `Usage: spacetail render --format FORMAT [--options FILE] [--output PATH] [FLAGS]

Writes a Spacelift context that puts the runs of stacks on a Tailscale tailnet:

  --format hcl         as a Terraform module: one text, or with --output a folder of files
  --format config-yml  as a .spacelift/config.yml
  --format plugin      as the manifest of a Spacelift plugin
  --format blueprint   as a Spacelift blueprint, whose stacks get an existing context
  --format kubernetes  its tunnel as a sidecar of Spacelift's workers in Kubernetes
  --format palette     no context, but the user-data of Palette edge hosts; see --format palette --help

  --options FILE       read options from a JSON object; - is standard input
  --output PATH        write to PATH; overwrites only what \`spacetail render\` wrote

Options have the same names as in the constructs. A flag takes precedence over the file. Separate the elements of a list
with commas, or repeat the flag; an empty value is an empty list. --no-NAME sets a flag to false.

The output never contains a secret. Each secret becomes a variable of the module, a parameter of the plugin, an input of
the blueprint, a secret variable that the stack must have, or a secret of the cluster.

Exit status: 0 if the output is complete; 1 if an option is invalid or a file cannot be written; 2 if the command line
is invalid or FILE cannot be read. Each problem is reported on one line.
`;

/** What follows a flag. */
const VALUES: Readonly<Partial<Record<OptionKind | "presence", string>>> = {
  text: " VALUE",
  list: " VALUE,...",
  map: " NAME=VALUE",
};

/** The widest line. */
const WIDTH = 110;

/** What `spacetail render --help` prints. */
export const HELP = [
  USAGE,
  "Flags. In FILE, --wait-for is waitFor, and --auth.oauth-secret.tags is tags in oauthSecret in auth:",
  "",
  ...flagLines(),
  "",
  "Only in FILE, as lists of objects:",
  "",
  ...fileLines(),
].join("\n");

function flagLines(): string[] {
  return renderedOptions().flatMap((one) => {
    const name = flagName(one);
    const kind = renderedKind(one.option);
    const flag = kind === "boolean" ? `--[no-]${name}` : `--${name}`;
    return name === "" ? [] : lines(`${flag}${VALUES[kind] ?? ""}`, one.option);
  });
}

function fileLines(): string[] {
  return RENDER_OPTIONS.filter(({ kind }) => kind === "objects").flatMap((one) => [
    ...lines(one.name, one),
    ...(one.members ?? []).flatMap((member) => lines(`  ${member.name}`, member)),
  ]);
}

/** An option: what it means, its default, and the formats that have it unless all do. */
function lines(name: string, one: Option): string[] {
  const formats = formatsOf(one);
  const isEverywhere = formats.length === FORMATS.length || formats.length === 0;
  const only = isEverywhere ? "" : `Only for ${formats.join(", ")}.`;
  const sentences = [one.rendered?.doc ?? one.doc, defaultSentence(one), only];
  return [`  ${name}`, ...wrapped(plain(sentences.filter((text) => text !== "").join(" ")), " ".repeat(8))];
}

function defaultSentence(one: Option): string {
  const { default: value, isRequired, rendered } = one;
  // A login is given or not, and flags are false unless they are given.
  if (renderedKind(one) === "presence" || value === false) return "";
  if (isRequired === true && rendered?.defaultText === undefined) return "Required.";
  const known = Array.isArray(value) ? value.join(",") : value;
  const text = rendered?.defaultText ?? known ?? one.defaultText;
  return text === undefined ? "" : `Default: ${text}.`;
}

/** Marks for code in Markdown mean nothing in a terminal. */
function plain(markdown: string): string {
  return markdown.replaceAll("`", "");
}

function wrapped(text: string, indent: string): string[] {
  const all: string[] = [];
  for (const word of text.split(" ")) {
    const last = all.at(-1);
    if (last === undefined || last.length + word.length >= WIDTH) all.push(`${indent}${word}`);
    else all[all.length - 1] = `${last} ${word}`;
  }
  return all;
}
