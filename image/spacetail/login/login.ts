// SPDX-License-Identifier: Apache-2.0
import type { Environment } from "../../../contract/wire/environment.js";
import type { KeyOptions, Settings } from "../../../contract/wire/settings.js";
import type { Egress } from "../egress/egress.js";
import type { Platform } from "../platform/platform.js";
import type { Deadline } from "../process/clock.js";

/** What getting an auth key takes. */
export interface Login {
  readonly platform: Platform;
  /** The way to the API. */
  readonly egress: Egress;
  /** The environment of the run. */
  readonly env: Environment;
  readonly settings: Settings;
  /** The auth key, or the secret or identity token that one is minted with. */
  readonly secret: string;
  /** What a key is minted with. The secret may have said more than the settings, as one in a file does. */
  readonly key: KeyOptions;
  readonly deadline: Deadline;
}
