// SPDX-License-Identifier: Apache-2.0
import { REFERENCE } from "./readings.js";

/**
 * The text of a module whose resources are `terraform_data`, which needs no provider. Attributes of resources are known
 * in it, and nothing is ephemeral, so that all of it can be planned.
 */
export function withoutProviders(module: string): string {
  return module
    .replace(/^terraform \{\n[\s\S]*?^\}\n/m, "")
    .replace(/^ {2}ephemeral .*\n/gm, "")
    .replace(/\b(spacelift|tailscale)_\w+\.\w+\.(id|key)\b/g, JSON.stringify(REFERENCE))
    .replace(
      /^resource "(\w+)" "([\w-]+)" \{\n([\s\S]*?)^\}/gm,
      'resource "terraform_data" "$1-$2" {\ninput = {\n$3}\n}',
    );
}
