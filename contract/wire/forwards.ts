// SPDX-License-Identifier: Apache-2.0
import { type HostPort, parseHostPort } from "./addresses.js";
import { countOf, DIGITS } from "./characters.js";

/** A port of the runner's loopback that leads to a service, for clients that use no proxy. */
export interface Forward {
  /** On 127.0.0.1. */
  readonly port: number;
  readonly target: HostPort;
}

/** Reads `PORT:HOST:PORT`, such as `15432:db:5432`; null if the text is not of that form. */
export function parseForward(text: string): Forward | null {
  const digits = countOf(text, DIGITS);
  if (text.charAt(digits) !== ":") return null;
  // parseHostPort knows what a port is.
  const local = parseHostPort(`localhost:${text.slice(0, digits)}`);
  const target = parseHostPort(text.slice(digits + 1));
  return local === null || target === null ? null : { port: local.port, target };
}

/** The port that several of the forwards listen on; 0 if each has its own. */
export function portTwice(forwards: readonly Forward[]): number {
  const twice = forwards.find((one, i) => forwards.some((other, at) => at < i && other.port === one.port));
  return twice === undefined ? 0 : twice.port;
}
