// SPDX-License-Identifier: Apache-2.0
import type { HostPort } from "../../../../contract/wire/addresses.js";
import { type Field, type RequestHead, type ResponseHead, textOfField, tokensOf, valuesOf } from "./head.js";
import { Malformed } from "./malformed.js";
import { hostOf, type PlainTarget } from "./target.js";

/** Fields that are about one connection, not about the message (RFC 9110, section 7.6.1). */
const HOP_BY_HOP: readonly string[] = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authorization",
  "te",
  "upgrade",
];

/** Fields that stay even if Connection names them: without them a message would mean something else. */
const NEVER_DROPPED: readonly string[] = ["host", "content-length", "transfer-encoding"];

/** A request as the server gets it. */
export interface Forwarded {
  /** The request target for the server. */
  readonly path: string;
  /** All of the head below its first line, with the empty line. One character is one byte. */
  readonly fields: string;
  /** Whether the client asks for another protocol on the same connection. */
  readonly isUpgrade: boolean;
  /** Whether both connections can carry another request behind this one. */
  readonly isPersistent: boolean;
}

/**
 * The head of a plain request for the server: the same lines but for those about the connection to this proxy.
 *
 * Host stays as the client wrote it, although RFC 9112 (section 3.2.2) has proxies write it anew: this one neither
 * caches nor serves several sites, and people test virtual hosts that way.
 *
 * @throws Malformed if the request has several Hosts
 */
export function forwardRequest(head: RequestHead, { server, path }: PlainTarget): Forwarded {
  const { fields, minor } = head;
  const options = tokensOf(fields, "connection");
  const upgrades = options.includes("upgrade") ? valuesOf(fields, "upgrade") : [];
  const isUpgrade = minor === 1 && upgrades.length > 0;
  const isPersistent = minor === 1 && !options.includes("close");
  // The other protocol may need what Connection names besides, as h2c does.
  const passed = isUpgrade ? options.filter((option) => !HOP_BY_HOP.includes(option) && option !== "close") : [];
  const dropped = options.filter((option) => !passed.includes(option));
  const text = `${hostLine(fields, server)}${kept(fields, dropped)}`;
  const own: string[] = [];
  if (isUpgrade) {
    own.push(`Connection: ${["Upgrade"].concat(passed).join(", ")}\r\nUpgrade: ${upgrades.join(", ")}\r\n`);
  }
  if (!isUpgrade && minor === 1 && !isPersistent) own.push("Connection: close\r\n");
  // Trailers are passed on, so this one may be too.
  if (tokensOf(fields, "te").includes("trailers")) own.push("TE: trailers\r\n");
  return { path, fields: `${text}${own.join("")}\r\n`, isUpgrade, isPersistent };
}

/**
 * The head of a response for the client.
 *
 * @param isLast whether the connection to the client ends with it
 */
export function forwardResponse(head: ResponseHead, isLast: boolean): string {
  const { fields, line, status } = head;
  const options = tokensOf(fields, "connection");
  const upgrades = valuesOf(fields, "upgrade");
  // A server that demands an upgrade says which in the same way as one that grants it.
  const upgrade =
    upgrades.length > 0 && (status === 101 || status === 426)
      ? `Connection: Upgrade\r\nUpgrade: ${upgrades.join(", ")}\r\n`
      : "";
  const close = isLast && status >= 200 ? "Connection: close\r\n" : "";
  return `${line}\r\n${kept(fields, options)}${upgrade}${close}\r\n`;
}

/** Whether the server's connection can carry another request after this response. */
export function isServerPersistent(head: ResponseHead): boolean {
  const options = tokensOf(head.fields, "connection");
  return head.minor === 1 ? !options.includes("close") : options.includes("keep-alive");
}

/** The lines of a head that are not about the connection. */
function kept(fields: readonly Field[], options: readonly string[]): string {
  const lines: string[] = [];
  for (const { name, line } of fields) {
    if (HOP_BY_HOP.includes(name) || (options.includes(name) && !NEVER_DROPPED.includes(name))) continue;
    lines.push(`${line}\r\n`);
  }
  return lines.join("");
}

/** The line with Host if the client sent none, as HTTP/1.0 allows. */
function hostLine(fields: readonly Field[], server: HostPort): string {
  const hosts = fields.filter((field) => field.name === "host");
  const [host] = hosts;
  if (host === undefined) return `Host: ${hostOf(server)}\r\n`;
  if (hosts.length > 1 || textOfField(host).includes(",")) throw new Malformed("the request has several Hosts");
  return "";
}
