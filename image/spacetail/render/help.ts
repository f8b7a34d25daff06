// SPDX-License-Identifier: Apache-2.0
import { flagName } from "../../../contract/option-table.js";
import { OPTIONS } from "../../../contract/options.js";

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
  return OPTIONS.filter((option) => flagName(option) !== "").map(
    (option) => `  ${`--${flagName(option)}`.padEnd(40)} ${option.doc}`,
  );
}

function fileLines(): string[] {
  return OPTIONS.filter(({ kind }) => kind === "objects").map(({ name, doc }) => `  ${name.padEnd(40)} ${doc}`);
}
