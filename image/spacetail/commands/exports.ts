// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import type { Environment } from "../../../contract/wire/environment.js";
import { exportCommands } from "../../../contract/wire/proxy-variables.js";
import { readSettings } from "../../../contract/wire/settings.js";
import { shellQuote } from "../../../contract/wire/shell.js";
import { hasProxy } from "../capture/launch.js";
import { phaseCaptureProblem } from "../capture/possible.js";
import { repeatCommand } from "../capture/shell.js";
import { pathWithout, shimFolder } from "../capture/shims.js";
import type { Platform } from "../platform/platform.js";
import { networkingOfTunnel } from "../tunnel/networking.js";
import { findRuntimeDir } from "../tunnel/place.js";

const NOT_REPEATABLE =
  "The phase's shell cannot be started again (it is not `sh -c LINE`, or not the one of --watch), so only the command " +
  "is captured.";

/**
 * The commands by which a phase gets to the tunnel: where connections are captured, one that executes its shell anew,
 * or one that puts the shims first in PATH; else those that set the proxy variables. A run with a proxy of its own gets
 * these too, since its programs would ask that proxy for the tailnet's hosts. Kernel networking needs none, and a host
 * may leave the proxies out.
 */
export function phaseCommands(platform: Platform, env: Environment): string[] {
  const settings = readSettings(env);
  const { httpProxy, proxyVariables } = settings;
  const dir = findRuntimeDir(platform, env);
  if (platform.capture?.isCaptured() === true || networkingOfTunnel(dir) === "kernel" || httpProxy === "") return [];
  const variables = exportCommands(httpProxy, proxyVariables);
  if (settings.capture === "nothing" || phaseCaptureProblem(platform, settings) !== "") return variables;
  if (settings.capture === "phase") {
    const command = repeatCommand(dir, platform.command);
    if (command !== "") return [command];
    console.error(`spacetail: ${NOT_REPEATABLE}`);
  }
  const folder = shimFolder(dir);
  // `up` has said why it could not write them.
  if (!existsSync(folder)) return variables;
  const path = `export PATH=${shellQuote(folder)}:${shellQuote(pathWithout(env.PATH ?? "", folder))}`;
  return hasProxy(settings, env) ? [path].concat(variables) : [path];
}

/** The command that takes the shims out of PATH; none if they are not in it. */
export function pathCommands(platform: Platform, env: Environment): string[] {
  const path = env.PATH ?? "";
  const without = pathWithout(path, shimFolder(findRuntimeDir(platform, env)));
  return without === path ? [] : [`export PATH=${shellQuote(without)}`];
}
