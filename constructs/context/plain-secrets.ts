// SPDX-License-Identifier: Apache-2.0
import { Annotations } from "cdktf";
import type { IConstruct } from "constructs";
import { plainSecrets, unusedKey } from "../../contract/index.js";
import { tokens } from "../support/tokens.js";

/** Warns of secrets that will be readable in the synthesized JSON. */
export function warnOfPlainSecrets(construct: IConstruct, props: unknown): void {
  for (const path of plainSecrets(props, tokens(construct))) {
    Annotations.of(construct).addWarning(
      `${path} is plain text, which is stored in the synthesized JSON. Use federated identities, which need no secret, ` +
        "or a sensitive TerraformVariable.",
    );
  }
}

/** Warns of an auth key beside a login that takes precedence. */
export function warnOfUnusedKey(construct: IConstruct, props: unknown): void {
  const warning = unusedKey(props);
  if (warning !== null) Annotations.of(construct).addWarning(warning);
}
