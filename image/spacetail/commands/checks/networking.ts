// SPDX-License-Identifier: Apache-2.0
import { findProgram } from "../../process/programs.js";
import {
  chooseNetworking,
  INTERFACE,
  networkingOfDaemon,
  requireInterface,
  type TunnelNetworking,
} from "../../tunnel/networking.js";
import { findRuntimeDir } from "../../tunnel/place.js";
import { find, readLaunch } from "../../tunnel/state.js";
import { type Finding, known, ok, type Visit } from "./row.js";

/** How programs reach the tailnet, and whether tailscaled and the machine have what that needs. */
export async function networking({ platform, env, facts }: Visit): Promise<Finding> {
  const settings = known(facts.settings);
  const dir = findRuntimeDir(platform, env);
  const launch = find(dir).found === "up" ? readLaunch(dir) : null;
  if (launch !== null) return ok(`${describe(networkingOfDaemon(launch.daemon))}, in the tunnel that is up`);
  const program = findProgram("tailscaled", platform.command, env.PATH ?? "");
  const { networking: chosen, notes } = chooseNetworking(settings, program);
  if (chosen === "kernel") requireInterface();
  return ok([describe(chosen)].concat(notes).join("; "));
}

function describe(networking: TunnelNetworking): string {
  return networking === "kernel" ? `kernel, with the interface ${INTERFACE}` : "userspace, with proxies and forwards";
}
