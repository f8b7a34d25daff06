// SPDX-License-Identifier: Apache-2.0

import type { Outlet } from "../egress/egress.js";
import type { Connection, Net } from "../platform/net.js";
import type { Activity } from "./activity.js";
import type { Dialer } from "./dialer.js";
import type { Source } from "./source.js";

/** A client of the front. */
export interface Client {
  readonly connection: Connection;
  readonly source: Source;
}

/** Called once, when a client needs no more: with the outlet to relay it with, or null if its connection is closed. */
export type Done = (outlet: Outlet | null) => void;

/** What the protocols of the front share. */
export interface FrontParts {
  readonly net: Net;
  readonly dialer: Dialer;
  /**
   * Connects a client with an outlet until both have ended, and then calls `done`. A promise would cost the native
   * build a stack for each client.
   */
  readonly relay: (client: Connection, outlet: Outlet, done: () => void) => void;
  /** The port of tailscaled's own SOCKS5 proxy, which does UDP; 0 if it has none. */
  readonly udpPort: () => number;
  readonly activity: Activity;
  readonly log: (line: string) => void;
}
