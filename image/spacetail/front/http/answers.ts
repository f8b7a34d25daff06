// SPDX-License-Identifier: Apache-2.0
import { printable } from "../../errors/printable.js";

/** What CONNECT is answered with before bytes pass freely. */
export const ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n";

const REASONS: Readonly<Record<string, string>> = {
  "400": "Bad Request",
  "403": "Forbidden",
  "431": "Request Header Fields Too Large",
  "502": "Bad Gateway",
  "503": "Service Unavailable",
  "504": "Gateway Timeout",
};

/** An answer of the proxy's own. */
export interface Answer {
  readonly status: number;
  /** One line that says what is wrong. */
  readonly reason: string;
  /** Whether the connection ends with it. */
  readonly isLast: boolean;
  /** Whether the reason is left out of the body, as an answer to HEAD demands. */
  readonly isHead: boolean;
}

/**
 * The text of an answer. The reason is in a header too, under the name that tailscaled's own proxy uses, because
 * clients show no body of an answer to CONNECT.
 */
export function answerText({ status, reason, isLast, isHead }: Answer): string {
  const line = printable(reason);
  const body = Buffer.from(`spacetail: ${line}\n`);
  const headers = [
    `HTTP/1.1 ${status} ${REASONS[`${status}`] ?? "Error"}`,
    `Tailscale-Connect-Error: ${ascii(line)}`,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${body.length}`,
  ];
  if (isLast) headers.push("Connection: close");
  const head = `${headers.join("\r\n")}\r\n\r\n`;
  return isHead ? head : head + body.toString("utf8");
}

/** Headers are ASCII. */
function ascii(text: string): string {
  let out = "";
  for (const char of text) out += char.charCodeAt(0) < 127 ? char : "?";
  return out;
}
