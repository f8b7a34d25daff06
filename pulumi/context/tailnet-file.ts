// SPDX-License-Identifier: Apache-2.0
import type * as pulumi from "@pulumi/pulumi";

/** A file that runs find under /mnt/workspace. It is not executable: a hook can say `sh /mnt/workspace/FILE`. */
export interface TailnetFile {
  /** Path relative to /mnt/workspace; the stack's code is in `source`. */
  readonly path: string;

  /** The text of the file, at most 2 MiB. */
  readonly content: pulumi.Input<string>;

  /**
   * Let nobody read the file back, though code of a run can. The content is then a secret, however it is given.
   * @default true
   */
  readonly secret?: boolean;
}
