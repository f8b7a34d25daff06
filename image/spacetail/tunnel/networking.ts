// SPDX-License-Identifier: Apache-2.0
import { closeSync, existsSync, openSync } from "node:fs";
import { openingFlags, type Settings } from "../../../contract/wire/settings.js";
import { errorCode, Failure } from "../errors/failure.js";
import { readText } from "../process/files.js";
import { goBuildTags } from "../process/go-build.js";
import type { RuntimeDir } from "./runtime-dir.js";
import { loginProblem } from "./ssh-user.js";
import { readLaunch } from "./state.js";

/** How the programs of a tunnel reach the tailnet: through its proxies, or by the routes of the machine. */
export type TunnelNetworking = "userspace" | "kernel";

/** The interface of kernel networking. */
export const INTERFACE = "tailscale0";

/** Linux's number of the capability NET_ADMIN. */
const NET_ADMIN = 12;

/** What was chosen, and what the user should read about it. */
export interface Choice {
  readonly networking: TunnelNetworking;
  readonly notes: readonly string[];
}

/**
 * Chooses the networking of a tunnel, and checks that tailscaled has what the settings need.
 *
 * @param program the file of tailscaled
 * @throws Failure if it has not, or if kernel networking is required and cannot be had
 */
export function chooseNetworking(settings: Settings, program: string): Choice {
  const notes: string[] = [];
  const [opening] = openingFlags(settings);
  if (opening === undefined && settings.networking === "userspace") return { networking: "userspace", notes };
  // Of a program that is not Go's nothing is known; it says itself what it lacks.
  const tags = goBuildTags(program) ?? [];
  requireFeatures(settings, program, tags);
  if (opening !== undefined) notes.push(openMessage(opening));
  const problem = settings.ssh ? loginProblemHere() : "";
  if (problem !== "")
    notes.push(`--ssh: nobody can log in: ${problem}. Start the container with the groups of its user.`);
  if (settings.networking === "userspace") return { networking: "userspace", notes };
  const lack = kernelProblem(program, tags);
  if (lack === "") return { networking: "kernel", notes };
  if (settings.networking === "kernel") {
    throw new Failure(`Kernel networking (TS_USERSPACE=false) needs ${lack} Provide it, or set TS_USERSPACE=auto.`);
  }
  notes.push(`userspace networking (TS_USERSPACE=auto): kernel networking needs ${lack}`);
  return { networking: "userspace", notes };
}

/**
 * When tailscaled starts, it removes what another one with the same interface has set up.
 *
 * @throws Failure if there is such an interface
 */
export function requireInterface(): void {
  if (!existsSync(`/sys/class/net/${INTERFACE}`)) return;
  throw new Failure(`Another tailscaled has the interface ${INTERFACE}. Stop it, or set TS_USERSPACE=true.`);
}

/** The networking of the tunnel that was started last in a directory; "userspace" if there was none. */
export function networkingOfTunnel(dir: RuntimeDir): TunnelNetworking {
  return networkingOfDaemon(readLaunch(dir)?.daemon ?? []);
}

/** {@link networkingOfTunnel} for the command line of tailscaled. */
export function networkingOfDaemon(daemon: readonly string[]): TunnelNetworking {
  return daemon.includes(`--tun=${INTERFACE}`) ? "kernel" : "userspace";
}

/** Features that the small tailscaled leaves out, by the tag that does so, and the flags that need them. */
function requireFeatures(settings: Settings, program: string, tags: readonly string[]): void {
  const { ssh, advertiseRoutes, advertiseExitNode } = settings;
  const needed: [string, boolean, string][] = [
    ["--ssh", ssh, "ts_omit_ssh"],
    ["--advertise-routes", advertiseRoutes.length > 0, "ts_omit_advertiseroutes"],
    ["--advertise-exit-node", advertiseExitNode, "ts_omit_advertiseexitnode"],
  ];
  for (const [flag, isWanted, tag] of needed) {
    if (isWanted && tags.includes(tag)) {
      throw new Failure(
        `${flag} in TS_EXTRA_ARGS needs a tailscaled that has it: ${program} is built with ${tag}. Install the full one.`,
      );
    }
  }
}

/** What kernel networking lacks here, reading on from "needs"; empty if nothing. */
function kernelProblem(program: string, tags: readonly string[]): string {
  if (tags.includes("ts_omit_osrouter")) {
    return `the full tailscaled: ${program} is built with ts_omit_osrouter.`;
  }
  if (!hasCapability(readText("/proc/self/status") ?? "", NET_ADMIN)) {
    return "the capability NET_ADMIN, which this process lacks.";
  }
  try {
    closeSync(openSync("/dev/net/tun", "r+"));
    return "";
  } catch (error) {
    return `the device /dev/net/tun, which cannot be opened (${errorCode(error)}).`;
  }
}

/**
 * True if a capability is effective.
 *
 * @param status the text of /proc/PID/status
 */
export function hasCapability(status: string, number: number): boolean {
  const mark = "\nCapEff:\t";
  const at = status.indexOf(mark);
  if (at < 0) return false;
  // Sixteen hexadecimal digits; the last eight are the capabilities 0 to 31.
  const low = Number(`0x${status.slice(at + mark.length + 8, at + mark.length + 16)}`);
  return Math.floor(low / 2 ** number) % 2 === 1;
}

function loginProblemHere(): string {
  const text = (path: string): string => readText(path) ?? "";
  return loginProblem(process.getuid?.() ?? 0, text("/proc/self/status"), text("/etc/passwd"), text("/etc/group"));
}

function openMessage(flag: string): string {
  return `${flag}: shields are down, so peers reach every port of this machine that the tailnet's policy lets them.`;
}
