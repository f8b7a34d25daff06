// SPDX-License-Identifier: Apache-2.0
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
import { VERSION } from "./version.js";

const USAGE = `Usage: spacetail COMMAND

  up [--watch PID|none]  join the tailnet; ends with process PID (default: the caller)
  down                   leave the tailnet
  status [--json]        tell whether the tunnel is up
  env --restore          print commands that bring back the run's own proxy variables
  scrub [FILE]           take our proxy variables out of the environment file
  tailscale ARGS...      Tailscale's command line, on this tunnel
  render --format hcl|config-yml|plugin
                         print a context for Terraform, .spacelift/config.yml or a plugin
                         (by Node: npx spacetail render)
  version, help

Settings come from environment variables; see the README.`;

/** Writes a context in other languages. Answers with the exit status. */
export type RenderCommand = (args: readonly string[]) => number;

/**
 * Runs one command and ends the process with its exit status: 0, 1 for a failure, 2 for a wrong command line.
 *
 * @param render given from outside, because the native executable, whose size counts in every runner, goes without it
 */
export function run(host: Host, render: RenderCommand): void {
  dispatch(host, render, process.argv.slice(2)).then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(`spacetail: ${errorText(error)}`);
      process.exit(1);
    },
  );
}

async function dispatch(host: Host, render: RenderCommand, argv: readonly string[]): Promise<number> {
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
    case "render":
      return render(rest);
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
