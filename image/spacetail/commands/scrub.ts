// SPDX-License-Identifier: Apache-2.0
import { Failure } from "../errors/failure.js";
import { scrubFile } from "../proxies/scrub.js";
import { findRuntimeDir } from "../tunnel/place.js";
import type { Invocation } from "./invocation.js";

/** `spacetail scrub [FILE]`: removes what the hooks exported from the environment file. */
export function scrub({ platform, env, args }: Invocation): number {
  if (args.length > 1) throw new Failure("`spacetail scrub` takes one FILE at most.");
  const { proxies } = findRuntimeDir(platform, env);
  const what = { platform, env, record: proxies };
  const file = args[0] ?? "";
  if (file === "") scrubFile(what);
  else scrubFile(what, file);
  return 0;
}
