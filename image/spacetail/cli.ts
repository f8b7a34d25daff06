// SPDX-License-Identifier: Apache-2.0
import { VERSION } from "../../contract/wire/version.js";
import { down } from "./commands/down.js";
import { env } from "./commands/env.js";
import { guard } from "./commands/guard.js";
import type { Invocation } from "./commands/invocation.js";
import { scrub } from "./commands/scrub.js";
import { status } from "./commands/status.js";
import { supervise } from "./commands/supervise.js";
import { isCalledTailscale, tailscale } from "./commands/tailscale.js";
import { up } from "./commands/up.js";
import { errorMessage } from "./errors/failure.js";
import type { Platform } from "./platform/platform.js";

const USAGE = `Usage: spacetail COMMAND

  up [--watch PID|none]  join the tailnet until process PID exits (default: the caller)
  down                   leave the tailnet
  status [--json]        show whether the tunnel is up
  env NO_PROXY           print the destinations that bypass the tunnel
  env --restore          print commands that restore the run's own proxy variables
  scrub [FILE]           remove the tunnel's proxy variables from the environment file
  tailscale ARGS...      run Tailscale's command line on this tunnel
  version, help          print the version, or this text

Settings are environment variables: see docs/variables.md of the spacetail repository.`;

/** Runs one command and exits with its status: 0, 1 after a failure, 2 for a wrong command line. */
export function run(platform: Platform): void {
  const words = process.argv.slice(2);
  const [name = "", ...args] = isCalledTailscale(platform) ? ["tailscale"].concat(words) : words;
  dispatch(name, { platform, env: process.env, args }).then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(`spacetail: ${errorMessage(error)}`);
      process.exit(1);
    },
  );
}

async function dispatch(name: string, invocation: Invocation): Promise<number> {
  switch (name) {
    case "up":
      return up(invocation);
    case "down":
      return down(invocation);
    case "status":
      return status(invocation);
    case "env":
      return env(invocation);
    case "scrub":
      return scrub(invocation);
    case "tailscale":
      return tailscale(invocation);
    case "supervise":
      return supervise(invocation);
    case "guard":
      return guard(invocation);
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
