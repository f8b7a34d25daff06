// SPDX-License-Identifier: Apache-2.0
import type { LocalApi } from "../tailnet/local-api.js";
import type { Activity } from "./activity.js";

/** What a knocker is to do with restarts of the whole node, which interrupt all connections. */
export interface Restarts {
  /** Whether there is no connection that a restart would interrupt. */
  readonly isAllowed: () => Promise<boolean>;
}

/** How long tailscaled may take to say what it admits. Milliseconds. */
const PREFS_MS = 1000;

/**
 * Allows restarts while nothing passes the proxies, and nothing can pass them by: programs that use kernel networking,
 * and peers, which may have sessions of SSH unless the shields are up.
 */
export function carefulRestarts(api: LocalApi, activity: Activity, isKernel: boolean): Restarts {
  return {
    isAllowed: async () => {
      if (isKernel || !activity.isIdle()) return false;
      try {
        const { ShieldsUp } = await api.prefs(PREFS_MS);
        return ShieldsUp === true && activity.isIdle();
      } catch {
        return false;
      }
    },
  };
}
