// SPDX-License-Identifier: Apache-2.0
import type { Environment } from "../../../contract/wire/environment.js";
import { proxyVariableKind, withJvmOptions } from "../../../contract/wire/proxy-values.js";
import { noProxyFor } from "../../../contract/wire/proxy-variables.js";
import { redact } from "../../../contract/wire/secrets.js";
import { httpProxyOf } from "../../../contract/wire/settings.js";
import { Failure } from "../errors/failure.js";
import { readRecord, restoreCommands } from "../proxies/proxy-record.js";
import { findRuntimeDir } from "../tunnel/place.js";
import { pathCommands, phaseCommands } from "./exports.js";
import type { Invocation } from "./invocation.js";

/**
 * `spacetail env`: prints shell commands, for `eval`, by which a phase gets to the tunnel. Prints nothing for kernel
 * networking, where programs need none.
 *
 * `spacetail env NO_PROXY`: prints the destinations that bypass the tunnel, as one word for an export.
 *
 * `spacetail env JAVA_TOOL_OPTIONS`, or another variable with options of a Java virtual machine: prints its new value.
 *
 * `spacetail env --restore`: prints shell commands, for `eval`, that bring back the proxy variables the run had before
 * `up`. Prints nothing if it had none.
 */
export function env({ platform, args, env: environment }: Invocation): number {
  if (args.length === 0) return print(phaseCommands(platform, environment));
  const what = args.length === 1 ? args[0] : "";
  if (what === "NO_PROXY") return printNoProxy(environment);
  if (what !== undefined && proxyVariableKind(what) === "jvm") return printJvmOptions(what, environment);
  if (what !== "--restore") {
    throw new Failure(
      "`spacetail env` takes nothing, NO_PROXY, JAVA_TOOL_OPTIONS or --restore, as in the hooks of a context.",
    );
  }
  const record = readRecord(findRuntimeDir(platform, environment).proxies);
  return print(restoreCommands(record).concat(pathCommands(platform, environment)));
}

function print(lines: readonly string[]): number {
  for (const line of lines) console.log(line);
  return 0;
}

/** Prints the options of the run, and those that point a Java virtual machine at the tunnel. */
function printJvmOptions(name: string, environment: Environment): number {
  const { word } = noProxyFor(environment.TS_NO_PROXY ?? "", environment);
  console.log(withJvmOptions(environment[name] ?? "", httpProxyOf(environment), word));
  return 0;
}

/** Never fails, and reads nothing but the environment: an export hides failures, and would leave the list empty. */
function printNoProxy(environment: Environment): number {
  const { word, leftOut } = noProxyFor(environment.TS_NO_PROXY ?? "", environment);
  console.log(word);
  for (const entry of leftOut) {
    console.error(
      `spacetail: left ${JSON.stringify(redact(entry, []))} out of NO_PROXY: not all programs can read it.`,
    );
  }
  return 0;
}
