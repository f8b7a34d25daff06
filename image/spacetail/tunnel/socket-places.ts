// SPDX-License-Identifier: Apache-2.0
import { lstatSync, realpathSync, rmSync } from "node:fs";
import type { Platform } from "../platform/platform.js";

/** Where Tailscale's command line looks for tailscaled's socket. */
export const USUAL_SOCKET = "/var/run/tailscale/tailscaled.sock";

/** Where others look for it: that command line, and hooks that were written for a script that had it there. */
const KNOWN_PLACES: readonly string[] = [USUAL_SOCKET, "/mnt/workspace/tailscaled.sock"];

/** Links to the socket at the places where others look for it, as far as these can be written to and are free. */
export function linkPlaces(platform: Platform, socket: string): void {
  unlinkPlaces(socket);
  for (const place of KNOWN_PLACES) if (place !== socket) platform.link(socket, place);
}

/**
 * Takes the links to a socket away, and those of a killed supervisor. The workspace goes into another container between
 * plan and apply, where a link would lead nowhere.
 */
export function unlinkPlaces(socket: string): void {
  for (const place of KNOWN_PLACES) if (isOurs(place, socket)) attempt(() => rmSync(place));
}

/** True for a link to the socket, or to nothing: what it led to is gone then. */
function isOurs(place: string, socket: string): boolean {
  let isLink = false;
  attempt(() => {
    isLink = lstatSync(place).isSymbolicLink();
  });
  const target = targetOf(place);
  return isLink && (target === "" || target === socket || target === targetOf(socket));
}

/** Where a path leads in the end; empty for nowhere. */
function targetOf(path: string): string {
  let target = "";
  attempt(() => {
    target = realpathSync(path);
  });
  return target;
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // Nothing is there, or it belongs to somebody else.
  }
}
