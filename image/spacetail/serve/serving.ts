// SPDX-License-Identifier: Apache-2.0
import type { ServeSettings } from "../../../contract/wire/serve-settings.js";
import type { LocalApi } from "../tailnet/local-api.js";
import type { Attempt } from "../tunnel/attempt.js";
import type { ServiceManager } from "./service-manager.js";

/** What all parts of `spacetail serve` share. */
export interface Serving {
  /** With everything that does not change; each attempt to log in has a deadline and a secret of its own. */
  readonly attempt: Attempt;
  readonly options: ServeSettings;
  readonly manager: ServiceManager;
  /** What must not be shown; grows with each key. */
  readonly secrets: string[];
  /** Prints a line. */
  readonly say: (line: string) => void;
}

/** A tailscaled that was started for it. */
export interface Running {
  readonly api: LocalApi;
  /** Whether it has ended, or is to. */
  readonly isOver: () => boolean;
}
