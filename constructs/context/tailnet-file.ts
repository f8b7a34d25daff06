// SPDX-License-Identifier: Apache-2.0
import { Fn, TerraformLocal, Token } from "cdktf";
import type { Construct } from "constructs";
import { base64 } from "../../contract/index.js";
import { escapeTemplate } from "../support/escape.js";

/** A file that runs find under /mnt/workspace. */
export interface TailnetFile {
  /**
   * Path relative to /mnt/workspace; the stack's code is in `source`. The file is not executable; a hook can run `sh
   * /mnt/workspace/FILE`.
   */
  readonly path: string;

  /** The text of the file, at most 2 MiB. */
  readonly content: string;

  /**
   * Keep the file from being read back, though code of a run can read it. A secret should be a token: plain text would
   * be in the synthesized JSON.
   * @default true
   */
  readonly secret?: boolean;
}

/** The ID of the construct for a file. No variable has such a name. */
export function fileId(path: string): string {
  return `file:${path}`;
}

/**
 * A text in the Base64 that Spacelift's provider expects. Terraform encodes what only it knows, from a local value:
 * CDKTF does not escape text in the arguments of functions.
 */
export function encoded(scope: Construct, path: string, content: string): string {
  if (!Token.isUnresolved(content)) return base64(content);
  return Fn.base64encode(new TerraformLocal(scope, `content:${path}`, escapeTemplate(content)).asString);
}
