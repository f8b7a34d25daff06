// SPDX-License-Identifier: Apache-2.0
import type { HostPort } from "../../../../contract/wire/addresses.js";
import type { Environment } from "../../../../contract/wire/environment.js";
import type { KeyOptions, Settings } from "../../../../contract/wire/settings.js";
import type { Egress } from "../../egress/egress.js";
import type { Api } from "../../login/auth-key.js";
import type { Platform } from "../../platform/platform.js";

/** One precondition of a tunnel. */
export interface Row {
  readonly name: string;
  /** The rows that must be fine before this one can be judged. */
  readonly needs: readonly string[];
  /** Looks at it. Throws an error that says what is wrong. */
  readonly check: (visit: Visit) => Promise<Finding>;
  /** What to do if something is wrong; empty if the errors say it themselves. */
  readonly fix: string;
}

/** What a check has found if nothing is wrong. */
export interface Finding {
  /** "skip": it makes no sense here. */
  readonly result: "ok" | "skip";
  readonly detail: string;
}

/** One run of `spacetail doctor`. */
export interface Visit {
  readonly platform: Platform;
  readonly env: Environment;
  /** The service to reach; null for none. */
  readonly target: HostPort | null;
  readonly facts: Facts;
}

/** What checks have found out for those that need them. */
export interface Facts {
  settings: Settings | null;
  secret: string;
  /** What an auth key is created with, as far as the secret says so too. */
  key: KeyOptions | null;
  egress: Egress | null;
  /** The API after it has accepted the credential, and the token that it gave. */
  api: Api | null;
  token: string;
  /** How far this machine's clock is ahead of the control server's, in milliseconds; null if it has not answered. */
  clockAheadMs: number | null;
  /** tailscaled's socket and the HTTP proxy of the tunnel; empty without one. */
  socket: string;
  httpProxy: string;
  /** Whether the tunnel was started for this visit. */
  started: boolean;
}

export function noFacts(): Facts {
  return {
    settings: null,
    secret: "",
    key: null,
    egress: null,
    api: null,
    token: "",
    clockAheadMs: null,
    socket: "",
    httpProxy: "",
    started: false,
  };
}

export function ok(detail: string): Finding {
  return { result: "ok", detail };
}

export function skip(detail: string): Finding {
  return { result: "skip", detail };
}

/** A fact that a row has found which this one needs. */
export function known<T>(fact: T | null): T {
  if (fact === null) throw new Error("an earlier check has not been made");
  return fact;
}
