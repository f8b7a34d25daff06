// SPDX-License-Identifier: Apache-2.0
import { Failure } from "../errors/failure.js";
import { findProgram } from "../process/programs.js";
import { missingMessage } from "../tunnel/daemon.js";
import { findRuntimeDir } from "../tunnel/place.js";
import { readState } from "../tunnel/state.js";
import type { Invocation } from "./invocation.js";

/** `spacetail tailscale ARGS...`: runs Tailscale's own command line on this tunnel. */
export async function tailscale({ platform, env, args }: Invocation): Promise<number> {
  const program = findProgram("tailscale", platform.command, env.PATH ?? "");
  if (program === "") throw new Failure(missingMessage("tailscale"));
  const dir = findRuntimeDir(platform, env);
  const socket = readState(dir)?.socket ?? dir.socket;
  const problem = await platform.exec([program, `--socket=${socket}`].concat(args));
  throw new Failure(`Cannot start ${program} (${problem}).`);
}
