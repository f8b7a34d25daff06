// SPDX-License-Identifier: Apache-2.0
import { runCaptured } from "../capture/launch.js";
import { captureProblem } from "../capture/possible.js";
import { pathWithout, shimFolder } from "../capture/shims.js";
import { findOnPath } from "../process/programs.js";
import { findRuntimeDir } from "../tunnel/place.js";
import { find, readLaunch } from "../tunnel/state.js";
import type { Invocation } from "./invocation.js";
import { notStarted, statusOf } from "./run.js";

/**
 * `spacetail shim NAME ARGS...`, for internal use: runs the next program of that name on PATH, captured if there is a
 * tunnel.
 */
export async function shim({ platform, env, args }: Invocation): Promise<number> {
  const [name = "", ...words] = args;
  const dir = findRuntimeDir(platform, env);
  const program = findOnPath(name, pathWithout(env.PATH ?? "", shimFolder(dir)));
  if (program === "") return notStarted(name, "ENOENT");
  const isUp = find(dir).found === "up";
  const isCaptured = isUp && platform.capture?.isCaptured() === false && captureProblem(platform) === "";
  if (!isCaptured) return notStarted(name, await platform.exec([program].concat(words)));
  const ended = await runCaptured(platform, readLaunch(dir), program, [name].concat(words), {});
  return statusOf(platform, name, ended);
}
