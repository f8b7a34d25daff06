// SPDX-License-Identifier: Apache-2.0
// The `spacetail` of the npm package: `npx spacetail render`.
import { VERSION } from "../contract/wire/version.js";
import { errorText } from "./failure.js";
import { render } from "./render.js";

const USAGE = `Usage: spacetail render --format hcl|config-yml|plugin|blueprint [FLAGS]
       spacetail render --help
       spacetail version

Writes a Spacelift context as a Terraform module, .spacelift/config.yml, a Spacelift plugin or a blueprint.
The commands that join a tailnet (up, down, status, ...) are in the runner image.`;

/** Runs the command. Returns the exit status: 0, 1 for a failure, 2 for a wrong command line. */
function main([command = "", ...args]: readonly string[]): number {
  switch (command) {
    case "render":
      return render(args);
    case "version":
    case "--version":
      console.log(`spacetail ${VERSION}`);
      return 0;
    case "help":
    case "--help":
    case "-h":
      console.log(USAGE);
      return 0;
    default:
      console.error(USAGE);
      return 2;
  }
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  console.error(`spacetail: ${errorText(error)}`);
  process.exitCode = 1;
}
