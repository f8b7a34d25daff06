// SPDX-License-Identifier: Apache-2.0
import { Failure } from "../errors/failure.js";
import { readRecord, restoreCommands } from "../proxies/proxy-record.js";
import { checkedRuntimeDir } from "../tunnel/runtime-dir.js";
import type { Invocation } from "./invocation.js";

/**
 * `spacetail env --restore`: prints shell commands, for `eval`, that bring back the proxy variables the run had before
 * `up`. Prints nothing if it had none.
 */
export function env({ platform, args }: Invocation): number {
  if (args.length !== 1 || args[0] !== "--restore") {
    throw new Failure('`spacetail env` needs --restore. Use it like this: eval "$(spacetail env --restore)"');
  }
  const { original } = readRecord(checkedRuntimeDir(platform).proxies);
  for (const command of restoreCommands(original)) console.log(command);
  return 0;
}
