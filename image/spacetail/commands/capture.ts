// SPDX-License-Identifier: Apache-2.0
import { serveCapture } from "../capture/serve.js";
import { Failure } from "../errors/failure.js";
import { findRuntimeDir } from "../tunnel/place.js";
import type { Invocation } from "./invocation.js";

/**
 * `spacetail capture CHANNEL PROXY SOCKET FILE NAME ARGS...`, for internal use: the process that answers the system
 * calls of a captured program. `spacetail run` starts it; see image/native/capture-job.c.
 */
export async function capture({ platform, env, args }: Invocation): Promise<number> {
  const [channel = "", proxy = "", socket = "", ...words] = args;
  if (platform.capture === null || words.length < 2) throw new Failure("`spacetail capture` is for internal use.");
  const dir = findRuntimeDir(platform, env);
  const problem = await serveCapture(platform, platform.capture, {
    channel: Number(channel),
    proxy,
    socket,
    words,
    dir,
  });
  return problem === "" ? 0 : 1;
}
