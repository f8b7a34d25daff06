// SPDX-License-Identifier: Apache-2.0
import { readProxies, restoreCommands } from "../environment/proxies.js";
import { Failure } from "../failure.js";
import type { Host } from "../host/host.js";
import { checkedRuntimeDir } from "../process/runtime-dir.js";

/**
 * `spacetail env --restore`: prints shell commands that bring back the proxy variables which the run had before `up`,
 * to be read by `eval`. Prints nothing if it had none.
 */
export function env(host: Host, args: readonly string[]): number {
  if (args.length !== 1 || args[0] !== "--restore") {
    throw new Failure('`spacetail env` needs --restore. Use it as: eval "$(spacetail env --restore)"');
  }
  for (const command of restoreCommands(readProxies(checkedRuntimeDir(host)).own)) console.log(command);
  return 0;
}
