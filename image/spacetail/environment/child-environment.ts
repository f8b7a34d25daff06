// SPDX-License-Identifier: Apache-2.0

import { type Environment, VARIABLES } from "../../../contract/wire/environment.js";
import { holdsKey } from "../tailnet/redact.js";

/** What a long-lived child may know of the run's environment besides Tailscale's own debug variables. */
const KEPT: readonly string[] = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "TMPDIR",
  "LANG",
  "TZ",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "GODEBUG",
  "GOMEMLIMIT",
];

/** Parts of names of secrets. */
const SECRETIVE: readonly string[] = ["KEY", "SECRET", "TOKEN", "PASS", "AUTH", "CRED"];

/**
 * The environment of the supervisor and of tailscaled: a short list of names, so that neither the run's credentials nor
 * its proxy variables outlive the phase in a process table. Variables that begin with TS_ pass if they are not ours:
 * they are tailscaled's knobs. PORT does not pass, which tailscaled would take for its UDP port, nor does any value that
 * holds a key.
 */
export function childEnvironment(env: Environment): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || holdsKey(value)) continue;
    if (KEPT.includes(name) || isDaemonKnob(name)) kept[name] = value;
  }
  return kept;
}

function isDaemonKnob(name: string): boolean {
  if (!name.startsWith("TS_")) return false;
  // Names that sound like a secret stay out even if no table knows them.
  if (SECRETIVE.some((word) => name.includes(word))) return false;
  return !VARIABLES.some((variable) => variable.name === name || variable.aliases.includes(name));
}
