// SPDX-License-Identifier: Apache-2.0
import { dnsLabel } from "../../../contract/wire/labels.js";
import type { Settings } from "../../../contract/wire/settings.js";

/**
 * The node's preferences as LocalAPI's `start` takes them. They replace all preferences of the node, so those that
 * matter are all named; the rest keep Go's zero values, which fit a node that only makes connections.
 */
export function startBody(settings: Settings, hostname: string, authKey: string): string {
  return JSON.stringify({
    AuthKey: authKey,
    UpdatePrefs: {
      ControlURL: settings.controlUrl,
      WantRunning: true,
      RouteAll: settings.acceptRoutes,
      CorpDNS: settings.acceptDns,
      // In userspace mode peers could otherwise reach whatever listens on the machine's loopback.
      ShieldsUp: settings.shieldsUp,
      Hostname: hostname,
    },
  });
}

/** The node's name: the one that was asked for, else `spacelift-` and the machine's name; always a DNS label. */
export function nodeName(settings: Settings, machine: string): string {
  const name = dnsLabel(settings.hostname !== "" ? settings.hostname : `spacelift-${machine}`);
  return name !== "" ? name : "spacelift";
}

export function wantRunning(value: boolean): string {
  return JSON.stringify({ WantRunning: value, WantRunningSet: true });
}

export function exitNodeBody(id: string): string {
  return JSON.stringify({ ExitNodeID: id, ExitNodeIDSet: true });
}
