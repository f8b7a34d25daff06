// SPDX-License-Identifier: Apache-2.0
import { Failure } from "../failure.js";
import type { Host } from "../host/host.js";
import { findProgram } from "../process/programs.js";
import { checkedRuntimeDir } from "../process/runtime-dir.js";
import { readState } from "../process/state.js";

/** `spacetail tailscale ARGS...`: Tailscale's own command line against the socket of this tunnel. */
export async function tailscale(host: Host, args: readonly string[]): Promise<number> {
  const program = findProgram(host, "tailscale");
  if (program === "") throw new Failure("Found no tailscale beside spacetail or on PATH. The runner image holds it.");
  const dir = checkedRuntimeDir(host);
  const socket = readState(dir)?.socket ?? dir.socket;
  const problem = await host.exec([program, `--socket=${socket}`].concat(args));
  throw new Failure(`Cannot start ${program} (${problem}).`);
}
