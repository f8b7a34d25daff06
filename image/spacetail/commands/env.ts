// SPDX-License-Identifier: Apache-2.0
import { noProxyFor } from "../../../contract/wire/proxy-variables.js";
import { readProxies, restoreCommands } from "../environment/proxies.js";
import { Failure } from "../failure.js";
import type { Host } from "../host/host.js";
import { checkedRuntimeDir } from "../process/runtime-dir.js";
import { redact } from "../tailnet/redact.js";

/**
 * `spacetail env NO_PROXY`: prints the destinations that stay out of the tunnel, as one word for an export.
 *
 * `spacetail env --restore`: prints shell commands that bring back the proxy variables which the run had before `up`,
 * to be read by `eval`. Prints nothing if it had none.
 */
export function env(host: Host, args: readonly string[]): number {
  const what = args.length === 1 ? args[0] : "";
  if (what === "NO_PROXY") return printNoProxy();
  if (what !== "--restore") {
    throw new Failure("`spacetail env` takes NO_PROXY or --restore, as the hooks of a context use it.");
  }
  for (const command of restoreCommands(readProxies(checkedRuntimeDir(host)).own)) console.log(command);
  return 0;
}

/** Never fails, and reads nothing but the environment: an export hides failures, and would leave the list empty. */
function printNoProxy(): number {
  const { word, leftOut } = noProxyFor(process.env.TS_NO_PROXY ?? "", process.env);
  console.log(word);
  for (const entry of leftOut) {
    console.error(
      `spacetail: left ${JSON.stringify(redact(entry, []))} out of NO_PROXY: not all programs can read it.`,
    );
  }
  return 0;
}
