// SPDX-License-Identifier: Apache-2.0
import { formatHostPort } from "../../../contract/wire/addresses.js";
import { now } from "../process/clock.js";
import type { Dialed, Dialer } from "./dialer.js";

/** The connections over the tailnet that clients have asked for. */
export interface Dials {
  /** How many different hosts were reached. */
  readonly hosts: number;
  readonly failed: number;
  /** `host:port` of the connection that took longest to make, and how long; empty if there is none. */
  readonly slowest: string;
  readonly slowestMs: number;
}

/** Counts connections. */
export interface Tally {
  /** A dialer that is counted. */
  readonly of: (dialer: Dialer) => Dialer;
  readonly dials: () => Dials;
}

/** So many names are told apart. */
const MOST_HOSTS = 10_000;

export function tally(): Tally {
  const hosts = new Set<string>();
  let failed = 0;
  let slowest = "";
  let slowestMs = 0;
  return {
    of: (dialer) => ({
      dial: (target, plainHttp) => {
        const began = now();
        // No async function: in the native build each that waits has a stack of its own.
        return dialer.dial(target, plainHttp).then((dialed): Dialed => {
          if (!dialed.isTailnet) return dialed;
          const ms = now() - began;
          if (dialed.outlet === null) failed += 1;
          else {
            if (hosts.size < MOST_HOSTS) hosts.add(target.host.toLowerCase());
            if (ms > slowestMs) {
              slowestMs = ms;
              slowest = formatHostPort(target);
            }
          }
          return dialed;
        });
      },
    }),
    dials: () => ({ hosts: hosts.size, failed, slowest, slowestMs: Math.round(slowestMs) }),
  };
}
