// SPDX-License-Identifier: Apache-2.0
import { VERSION } from "../../contract/wire/version.js";
import { capture } from "./commands/capture.js";
import { connect } from "./commands/connect.js";
import { doctor } from "./commands/doctor.js";
import { down } from "./commands/down.js";
import { env } from "./commands/env.js";
import type { Invocation } from "./commands/invocation.js";
import { logs } from "./commands/logs.js";
import { revoke } from "./commands/revoke.js";
import { run as runCommand } from "./commands/run.js";
import { scrub } from "./commands/scrub.js";
import { serve } from "./commands/serve.js";
import { shim } from "./commands/shim.js";
import { status } from "./commands/status.js";
import { supervise } from "./commands/supervise.js";
import { isCalledTailscale, tailscale } from "./commands/tailscale.js";
import { up } from "./commands/up.js";
import { errorMessage } from "./errors/failure.js";
import type { Platform } from "./platform/platform.js";
import { coloured, isTerminalError } from "./process/terminal.js";

const USAGE = `Usage: spacetail COMMAND

  up [--watch PID|none]  join the tailnet until process PID exits (default: the caller)
  down                   leave the tailnet
  run -- COMMAND...      run a program with a tunnel: the one that is up, or one of its own; its connections are
                         captured if possible (--capture=auto|on|off); --forward LOCAL:HOST:PORT opens a local port
  serve [FLAGS]          keep a host on the tailnet, in the foreground; takes flags of tailscaled
  connect HOST PORT      connect standard input and output to a service, for ssh's ProxyCommand
  status [--json]        show whether the tunnel is up, and which peers it reaches, and how
  logs [-f]              print what the supervisor and tailscaled have logged; -f: until it is down
  doctor [HOST:PORT]     check everything that a tunnel needs, and whether a service answers; --json for programs
  env                    print the commands that point a phase at the tunnel, for eval
  env NO_PROXY           print the destinations that bypass the tunnel
  env --restore          print the commands that restore the run's own proxy variables, for eval
  scrub [FILE]           remove the tunnel's proxy variables from the file that passes the environment to later phases
  revoke NAME            remove the other machines of that name from the tailnet
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
      const name = coloured("spacetail:", "red", isTerminalError(process.env));
      console.error(`${name} ${errorMessage(error)}`);
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
    case "connect":
      return connect(invocation);
    case "doctor":
      return doctor(invocation);
    case "logs":
      return logs(invocation);
    case "serve":
      return serve(invocation);
    case "run":
      return runCommand(invocation);
    case "env":
      return env(invocation);
    case "scrub":
      return scrub(invocation);
    case "revoke":
      return revoke(invocation);
    case "tailscale":
      return tailscale(invocation);
    case "supervise":
      return supervise(invocation);
    case "shim":
      return shim(invocation);
    case "capture":
      return capture(invocation);
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
