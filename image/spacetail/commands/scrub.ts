// SPDX-License-Identifier: Apache-2.0
import { ENVIRONMENT_FILE, scrubFile } from "../proxies/scrub.js";
import { findRuntimeDir } from "../tunnel/place.js";
import type { Invocation } from "./invocation.js";

/** `spacetail scrub [FILE]`: removes what the hooks exported from the environment file. */
export function scrub({ platform, env, args }: Invocation): number {
  const { proxies } = findRuntimeDir(platform, env);
  const file = args[0] ?? "";
  scrubFile({ platform, env, record: proxies }, file === "" ? ENVIRONMENT_FILE : file);
  return 0;
}
