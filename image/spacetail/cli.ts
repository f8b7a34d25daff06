// SPDX-License-Identifier: Apache-2.0

import { VERSION } from "../../contract/wire/version.js";
import { down } from "./commands/down.js";
import { env } from "./commands/env.js";
import { guard } from "./commands/guard.js";
import { scrub } from "./commands/scrub.js";
import { status } from "./commands/status.js";
import { supervise } from "./commands/supervise.js";
import { tailscale } from "./commands/tailscale.js";
import { up } from "./commands/up.js";
import { errorText } from "./failure.js";
import type { Host } from "./host/host.js";

const USAGE = `Usage: spacetail COMMAND

  up [--watch PID|none]  join the tailnet; ends with process PID (default: the caller)
  down                   leave the tailnet
  status [--json]        tell whether the tunnel is up
  env NO_PROXY           print the destinations that stay out of the tunnel
  env --restore          print commands that bring back the run's own proxy variables
  scrub [FILE]           take our proxy variables out of the environment file
  tailscale ARGS...      Tailscale's command line, on this tunnel
  version, help

Settings come from environment variables; see the README.`;

/** Runs one command and ends the process with its exit status: 0, 1 for a failure, 2 for a wrong command line. */
export function run(host: Host): void {
  dispatch(host, process.argv.slice(2)).then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(`spacetail: ${errorText(error)}`);
      process.exit(1);
    },
  );
}

async function dispatch(host: Host, argv: readonly string[]): Promise<number> {
  const rest = argv.slice(1);
  switch (argv[0] ?? "") {
    case "up":
      return up(host, rest);
    case "down":
      return down(host);
    case "status":
      return status(host, rest);
    case "env":
      return env(host, rest);
    case "scrub":
      return scrub(host, rest);
    case "tailscale":
      return tailscale(host, rest);
    case "supervise":
      return supervise(host);
    case "guard":
      return guard(host, rest);
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
