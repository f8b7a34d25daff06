// SPDX-License-Identifier: Apache-2.0

/** A flag of `tailscale up`, and what TS_EXTRA_ARGS makes of it. */
export interface UpFlag {
  /** With two dashes. */
  readonly name: string;
  /** True if the flag may stand alone, and then means true. */
  readonly boolean: boolean;
  /** Why it is refused and what to use instead, without a full stop; empty if it is supported. */
  readonly refusal: string;
}

const NO_ROUTING = "a node that advertises routes has Tailscale's defaults otherwise";
const NO_FIREWALL = "kernel networking has Tailscale's default firewall rules";
const NO_LOGIN_URL = "there is no login URL to show: the node joins with a key";

/**
 * Every flag of `tailscale up` on Linux, and the spellings that its command line rewrites.
 * Source: tailscale.com v1.102.3, cmd/tailscale/cli/up.go newUpFlagSet, and cli.go CleanUpArgs.
 */
export const UP_FLAGS: readonly UpFlag[] = [
  { name: "--accept-dns", boolean: true, refusal: "" },
  { name: "--accept-routes", boolean: true, refusal: "" },
  { name: "--exit-node", boolean: false, refusal: "" },
  { name: "--hostname", boolean: false, refusal: "" },
  { name: "--shields-up", boolean: true, refusal: "" },
  { name: "--ssh", boolean: true, refusal: "" },
  { name: "--advertise-routes", boolean: false, refusal: "" },
  { name: "--advertise-exit-node", boolean: true, refusal: "" },
  { name: "--advertise-tags", boolean: false, refusal: "" },
  { name: "--exit-node-allow-lan-access", boolean: true, refusal: "" },
  { name: "--login-server", boolean: false, refusal: "" },
  { name: "--timeout", boolean: false, refusal: "" },
  { name: "--accept-risk", boolean: false, refusal: "spacetail asks for no confirmation" },
  { name: "--advertise-connector", boolean: true, refusal: NO_ROUTING },
  { name: "--audience", boolean: false, refusal: "spacetail requests no identity token; set TS_ID_TOKEN instead" },
  { name: "--auth-key", boolean: false, refusal: "set TS_AUTHKEY instead" },
  { name: "--authkey", boolean: false, refusal: "set TS_AUTHKEY instead" },
  { name: "--client-id", boolean: false, refusal: "set TS_CLIENT_ID instead" },
  { name: "--client-secret", boolean: false, refusal: "set TS_CLIENT_SECRET instead" },
  { name: "--force-reauth", boolean: true, refusal: "every `spacetail up` logs in anew" },
  { name: "--host-routes", boolean: true, refusal: NO_FIREWALL },
  { name: "--id-token", boolean: false, refusal: "set TS_ID_TOKEN instead" },
  { name: "--json", boolean: true, refusal: "use `spacetail status --json` instead" },
  { name: "--netfilter-mode", boolean: false, refusal: NO_FIREWALL },
  { name: "--operator", boolean: false, refusal: "the user who runs `spacetail up` operates tailscaled" },
  { name: "--posture-checking", boolean: true, refusal: "tailscaled of the runner image cannot report device posture" },
  { name: "--qr", boolean: true, refusal: NO_LOGIN_URL },
  { name: "--qr-format", boolean: false, refusal: NO_LOGIN_URL },
  { name: "--report-posture", boolean: true, refusal: "tailscaled of the runner image cannot report device posture" },
  { name: "--reset", boolean: true, refusal: "every `spacetail up` starts a new node, without earlier settings" },
  { name: "--snat-subnet-routes", boolean: true, refusal: NO_ROUTING },
  { name: "--stateful-filtering", boolean: true, refusal: NO_ROUTING },
];

/** The flags that TS_EXTRA_ARGS may contain. */
export const SUPPORTED_UP_FLAGS: readonly string[] = UP_FLAGS.filter((flag) => flag.refusal === "").map(
  (flag) => flag.name,
);

/** The flag called `name`, with two dashes; null if `tailscale up` has none of that name. */
export function findUpFlag(name: string): UpFlag | null {
  return UP_FLAGS.find((flag) => flag.name === name) ?? null;
}
