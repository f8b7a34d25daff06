// SPDX-License-Identifier: Apache-2.0
import { REFERENCE } from "./readings.js";

/**
 * The text of a module whose resources are `terraform_data`, which needs no provider. Attributes of resources are known
 * in it, and nothing is ephemeral, so that all of it can be planned.
 */
export function withoutProviders(module: string): string {
  return data(module.replace(/^ {2}ephemeral .*\n/gm, ""));
}

/** The same, but for what is ephemeral: no `terraform_data` takes that, so only the conditions of resources know it. */
export function withEphemerals(module: string): string {
  return data(module.replace(/^ {2}(value|content)_wo +=.*\n/gm, ""));
}

function data(module: string): string {
  return module
    .replace(/^terraform \{\n[\s\S]*?^\}\n/m, "")
    .replace(/\b(spacelift|tailscale)_\w+\.\w+\.(id|key)\b/g, JSON.stringify(REFERENCE))
    .replace(
      /^resource "(\w+)" "([\w-]+)" \{\n([\s\S]*?)(^ {2}lifecycle \{\n[\s\S]*?^ {2}\}\n)?^\}/gm,
      'resource "terraform_data" "$1-$2" {\ninput = {\n$3}\n$4}',
    );
}
