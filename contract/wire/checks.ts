// SPDX-License-Identifier: Apache-2.0
import { isLoopback, parseHostPort } from "./addresses.js";
import { capturedOf } from "./capture.js";
import { consistsOf, DIGITS, wordsOf } from "./characters.js";
import { parseDuration } from "./duration.js";
import { readExtraFlags, readTailscaledArgs } from "./flags.js";
import { parseForward } from "./forwards.js";
import { dnsLabel } from "./labels.js";
import { networkingOf } from "./networking.js";
import { ipBytes } from "./networks.js";
import { parseBaseUrl, parseBoolean } from "./parse.js";

/**
 * A rule for the text of a variable: says what the text must be, or answers null if it is that.
 * The answer reads on from the variable's name: `must be a duration such as 60s`.
 */
export type Check = (text: string) => string | null;

/** Any text. */
export const anyText: Check = () => null;

/** An http or https URL of a control server: scheme, host and perhaps a port. */
export const controlUrl: Check = (text) => {
  return parseBaseUrl(text) === null ? "must be an http:// or https:// URL of a server, without a path" : null;
};

/**
 * The URL of the Tailscale API. Secrets travel there, so plain http is for loopback only. An https host must be a name:
 * certificates of addresses cannot be checked on every build of the executable.
 */
export const apiUrl: Check = (text) => {
  const url = parseBaseUrl(text);
  if (url === null) return "must be an https:// URL of a server, without a path";
  if (!url.tls)
    return isLoopback(url.host) ? null : "must be an https:// URL: plain http is for loopback addresses only";
  if (url.host.startsWith("[") || consistsOf(url.host, `${DIGITS}.`))
    return "must name its host: an address has no certificate to check";
  return null;
};

/** Text that holds at least one letter or digit, so that a DNS label can be made of it. */
export const hostName: Check = (text) => (dnsLabel(text) === "" ? "must contain at least one letter or digit" : null);

/** A Go duration above zero. */
export const duration: Check = (text) => {
  return parseDuration(text) > 0 ? null : "must be a duration above zero such as 60s or 1m30s";
};

/** `host:port`, such as `localhost:8080`. */
export const hostPort: Check = (text) => {
  return parseHostPort(text) === null ? "must be host:port, such as localhost:8080" : null;
};

/** An IP address and a port, such as `[::]:9002`. */
export const addressPort: Check = (text) => {
  return ipBytes(parseHostPort(text)?.host ?? "") === null
    ? "must be an IP address and a port, such as [::]:9002 or 127.0.0.1:9002"
    : null;
};

/** `PORT:HOST:PORT`, such as `15432:db:5432`. */
export const forward: Check = (text) => {
  return parseForward(text) === null ? "must be PORT:HOST:PORT, such as 15432:db:5432" : null;
};

/** A word of a command line that is split at blanks, without quoting. */
export const oneWord: Check = (text) => {
  const words = wordsOf(text);
  return words.length === 1 && words[0] === text ? null : "must be one word, without blanks";
};

/** An absolute path without blanks, as a word of tailscaled's command line. */
export const absolutePath: Check = (text) => {
  return text.startsWith("/") && oneWord(text) === null ? null : "must be an absolute path without blanks";
};

/** An absolute path that fits into the address of a unix socket. */
export const socketPath: Check = (text) => {
  if (!text.startsWith("/")) return "must be an absolute path";
  // sockaddr_un holds 108 bytes, one of which ends the text.
  return text.length > 107 ? "must be at most 107 characters: longer paths fit into no unix socket address" : null;
};

/** Whose network stack carries the tunnel: tailscaled's own for true, the kernel's for false. */
export const userspace: Check = (text) => {
  return networkingOf(text) === null ? "must be true, false or auto" : null;
};

/** What of a phase is captured. */
export const captured: Check = (text) => (capturedOf(text) === null ? "must be true, false or phase" : null);

/** An absolute path of a directory that sockets with addresses can be in. */
export const directoryPath: Check = (text) => {
  if (!text.startsWith("/")) return "must be an absolute path";
  return text.length > 70 ? "must be at most 70 characters: sockets below longer paths have no address" : null;
};

/** A boolean as Go's strconv.ParseBool reads it. */
export const boolean: Check = (text) => (parseBoolean(text) === null ? "must be true or false" : null);

/** Flags of `tailscale up`, as far as they are known. */
export const extraFlags: Check = (text) => readExtraFlags(text).problem;

/** Flags of tailscaled. */
export const tailscaledArgs: Check = (text) => readTailscaledArgs(text).problem;
