// SPDX-License-Identifier: Apache-2.0
import { flagName } from "../contract/options/option-table.js";
import { OPTIONS, type Option, type OptionKind } from "../contract/options/options.js";

const USAGE = `Usage: spacetail render --format FORMAT [--options FILE] [--output PATH] [OPTIONS]

Prints a Spacelift context that puts stacks on a tailnet:

  --format hcl         as a Terraform module, or its folder with --output
  --format config-yml  as a .spacelift/config.yml
  --format plugin      as the manifest of a Spacelift plugin

  --options FILE       JSON object with options; - for standard input
  --output PATH        write there instead of printing; only over what was rendered before

Options are those of the constructs. Lists take commas or several flags, --environment takes NAME=VALUE; --no-NAME says
false. No secret is ever in what is rendered: each is a variable of the module, a parameter of the plugin, or a secret
variable of the stack.
`;

/** What stands after a flag. */
const VALUES: Readonly<Partial<Record<OptionKind, string>>> = {
  text: " VALUE",
  list: " VALUE,...",
  map: " NAME=VALUE",
};

/** What `spacetail render --help` prints. */
export const HELP = [
  USAGE,
  "Flags, and in FILE with names such as waitFor:",
  "",
  ...flagLines(),
  "",
  "In FILE alone:",
  "",
  ...fileLines(),
].join("\n");

function flagLines(): string[] {
  return OPTIONS.flatMap((option) => {
    const name = flagName(option);
    return name === "" ? [] : [line(`--${name}${VALUES[option.kind] ?? ""}`, option)];
  });
}

function fileLines(): string[] {
  return OPTIONS.filter(({ kind }) => kind === "objects").map((option) => line(option.name, option));
}

/** An option, what it means, and the formats that take it unless all do. */
function line(name: string, { doc, hcl, configYml, plugin }: Option): string {
  const formats = Object.entries({ hcl, "config-yml": configYml, plugin }).filter(([, place]) => place !== "");
  const only = formats.length === 3 ? "" : ` (${formats.map(([format]) => format).join(", ")})`;
  return `  ${name.padEnd(51)} ${doc}${only}`;
}
