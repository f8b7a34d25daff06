// SPDX-License-Identifier: Apache-2.0
import { ENVIRONMENT_FILE, scrubFile } from "../proxies/scrub.js";
import { checkedRuntimeDir } from "../tunnel/runtime-dir.js";
import type { Invocation } from "./invocation.js";

/** `spacetail scrub [FILE]`: removes what the hooks exported from the environment file. */
export function scrub({ platform, env, args }: Invocation): number {
  const { proxies } = checkedRuntimeDir(platform);
  const file = args[0] ?? "";
  scrubFile({ platform, env, record: proxies }, file === "" ? ENVIRONMENT_FILE : file);
  return 0;
}
