// SPDX-License-Identifier: Apache-2.0
import { CONTAINERBOOT_VARIABLES } from "../../../contract/wire/containerboot.js";
import { type Environment, findVariable } from "../../../contract/wire/environment.js";
import { holdsTailscaleSecret } from "../../../contract/wire/secrets.js";

/** What a long-lived child gets of the run's environment besides Tailscale's own debug variables. */
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

/** Words in the names of secrets. */
const SECRET_WORDS: readonly string[] = ["KEY", "SECRET", "TOKEN", "PASS", "AUTH", "CRED"];

/**
 * The environment of the supervisor and of tailscaled. It is a short list of names, so that neither the run's
 * credentials nor its proxy variables outlive the phase in a process table. In addition, variables that begin with TS_
 * are passed on if no table knows them: tailscaled reads some. PORT is not passed on, because tailscaled would take it
 * for its UDP port, nor is any value that contains a key.
 */
export function childEnvironment(env: Environment): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || holdsTailscaleSecret(value)) continue;
    if (KEPT.includes(name) || isForTailscaled(name)) kept[name] = value;
  }
  return kept;
}

function isForTailscaled(name: string): boolean {
  if (!name.startsWith("TS_")) return false;
  // Names that sound like a secret are left out even if no table knows them.
  if (SECRET_WORDS.some((word) => name.includes(word))) return false;
  return findVariable(name) === undefined && !CONTAINERBOOT_VARIABLES.some((variable) => variable.name === name);
}
