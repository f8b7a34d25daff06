// SPDX-License-Identifier: Apache-2.0
import { existsSync, realpathSync } from "node:fs";
import { basename } from "node:path";
import { Failure } from "../errors/failure.js";
import type { Platform } from "../platform/platform.js";
import { readText } from "../process/files.js";
import { findProgram } from "../process/programs.js";
import { missingMessage } from "../tunnel/daemon.js";
import { findRuntimeDir } from "../tunnel/place.js";
import { socketProblem } from "../tunnel/socket.js";
import { USUAL_SOCKET } from "../tunnel/socket-places.js";
import { readState } from "../tunnel/state.js";
import type { Invocation } from "./invocation.js";

/**
 * `spacetail tailscale ARGS...`, and `tailscale ARGS...` in the runner image: runs Tailscale's own command line on this
 * tunnel.
 */
export async function tailscale({ platform, env, args }: Invocation): Promise<number> {
  const program = findCommandLine(platform, env.PATH ?? "");
  if (program === "") throw new Failure(missingMessage("tailscale"));
  const dir = findRuntimeDir(platform, env);
  const { given, rest } = withoutSocket(args);
  const own = readState(dir)?.socket ?? "";
  // Hooks of older images name one in the workspace, where tailscaled had it then. Any other tailscaled that does not
  // answer may still be starting.
  const isOld = given.endsWith("/tailscaled.sock") && own !== "" && (await socketProblem(platform.net, given)) !== "";
  // Whoever has no tunnel uses the machine's: root that of the user who keeps it, for example.
  const usual = own === "" && existsSync(USUAL_SOCKET) ? USUAL_SOCKET : dir.socket;
  const socket = given === "" || isOld ? own || usual : given;
  // The small tailscaled has the command line in it.
  if (basename(program) === "tailscaled") process.env.TS_BE_CLI = "1";
  const problem = await platform.exec([program, `--socket=${socket}`].concat(rest));
  throw new Failure(`Cannot start ${program} (${problem}).`);
}

/** True if this program was started by the name of Tailscale's command line, which the runner image gives it too. */
export function isCalledTailscale(platform: Platform): boolean {
  const words = (readText("/proc/self/cmdline") ?? "").split("\0");
  return basename(words[platform.command.length - 1] ?? "") === "tailscale";
}

/** Tailscale's command line, or a tailscaled that has it in it; what is beside this program comes first. */
function findCommandLine(platform: Platform, path: string): string {
  for (const places of ["", path]) {
    const program = findProgram("tailscale", platform.command, places, isThisProgram(platform));
    if (program !== "") return program;
    const daemon = findProgram("tailscaled", platform.command, places);
    if (daemon !== "") return daemon;
  }
  return "";
}

function isThisProgram(platform: Platform): (path: string) => boolean {
  const own = realpathSync(platform.command[platform.command.length - 1] ?? "");
  return (path) => realpathSync(path) === own;
}

/** The socket that arguments name before everything else, and the other arguments: the flag can be there only once. */
function withoutSocket(args: readonly string[]): { given: string; rest: string[] } {
  const flag = args[0] ?? "";
  const name = flag.startsWith("--") ? flag.slice(1) : flag;
  if (name === "-socket" && args.length > 1) return { given: args[1] ?? "", rest: args.slice(2) };
  if (name.startsWith("-socket=")) return { given: name.slice("-socket=".length), rest: args.slice(1) };
  return { given: "", rest: args.slice() };
}
