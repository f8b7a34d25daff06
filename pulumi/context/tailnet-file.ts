// SPDX-License-Identifier: Apache-2.0
import type * as pulumi from "@pulumi/pulumi";

/** A file that runs find under /mnt/workspace. */
export interface TailnetFile {
  /**
   * Path relative to /mnt/workspace; the stack's code is in `source`. The file is not executable; a hook can run `sh
   * /mnt/workspace/FILE`.
   */
  readonly path: string;

  /** The text of the file, at most 2 MiB. */
  readonly content: pulumi.Input<string>;

  /**
   * Keep the file from being read back, though code of a run can read it. The content is then a secret, however it is
   * given.
   * @default true
   */
  readonly secret?: boolean;
}
