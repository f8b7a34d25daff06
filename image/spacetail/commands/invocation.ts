// SPDX-License-Identifier: Apache-2.0
import type { Environment } from "../../../contract/wire/environment.js";
import type { Platform } from "../platform/platform.js";

/** What a command gets: everything ambient that it may use. */
export interface Invocation {
  readonly platform: Platform;
  readonly env: Environment;
  /** The words after the name of the command. */
  readonly args: readonly string[];
}
