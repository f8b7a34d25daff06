// SPDX-License-Identifier: Apache-2.0
import type * as pulumi from "@pulumi/pulumi";

/** A hook of yours, in addition to those of the tunnel. */
export interface TailnetHook {
  /** One of init, plan, apply, perform, destroy; or `run`, for the end of every run, which has no tunnel. */
  readonly phase: string;

  /** One shell command that does not end the phase's shell. */
  readonly command: pulumi.Input<string>;

  /**
   * Run the hook without the tunnel: before it goes up, or after programs no longer use it.
   * @default false
   */
  readonly outsideTunnel?: boolean;
}
