// SPDX-License-Identifier: Apache-2.0

/** The first lines of an HTTP reply. */
export interface ReplyHead {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Offset of the body in the text. */
  readonly bodyAt: number;
}

/**
 * Parses the head of an HTTP/1 reply.
 *
 * @returns null while the head is not complete
 * @throws Error if the text cannot become an HTTP reply
 */
export function parseHead(text: string): ReplyHead | null {
  if (!"HTTP/1.".startsWith(text.slice(0, 7))) throw new Error("the answer is not HTTP");
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const lines = text.slice(0, end).split("\r\n");
  const status = Number((lines[0] ?? "").split(" ")[1] ?? "");
  if (!Number.isInteger(status) || status < 100 || status > 599) throw new Error("the answer has no HTTP status");
  const headers: Record<string, string | undefined> = {};
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status, headers, bodyAt: end + 4 };
}
