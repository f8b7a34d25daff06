// SPDX-License-Identifier: Apache-2.0
import { Failure } from "../errors/failure.js";
import { ENVIRONMENT_FILE, scrubFile } from "../proxies/scrub.js";
import { findRuntimeDir } from "../tunnel/place.js";
import type { Invocation } from "./invocation.js";

/** `spacetail scrub [FILE]`: removes what the hooks exported from the environment file. */
export function scrub({ platform, env, args }: Invocation): number {
  if (args.length > 1) throw new Failure("`spacetail scrub` takes one FILE at most.");
  const { proxies } = findRuntimeDir(platform, env);
  const file = args[0] ?? "";
  const left = scrubFile({ platform, env, record: proxies }, file === "" ? ENVIRONMENT_FILE : file);
  if (left !== "") console.error(`spacetail: ${left}`);
  return 0;
}
