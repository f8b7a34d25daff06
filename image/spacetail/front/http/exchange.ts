// SPDX-License-Identifier: Apache-2.0

/** A request under way, and what is known about its answer. */
export interface Exchange {
  readonly method: string;
  /** The target for the server, and for a proxy in front of it. */
  readonly path: string;
  readonly url: string;
  readonly minor: number;
  /** All of the head below its first line, with the empty line. One character is one byte. */
  readonly fields: string;
  /** Whether the request can be sent again: it changes nothing on the server and has no body. */
  readonly isRepeatable: boolean;
  readonly isUpgrade: boolean;
  /** Whether the client's connection can carry another request behind it. */
  readonly isPersistent: boolean;
  /** Whether all of it has been sent, with its body. */
  isSent: boolean;
  /** Whether it has been sent a second time. */
  isRepeated: boolean;
  /** Why the client's request broke off; empty if it has not. */
  fault: string;
}

/** Methods that change nothing on the server (RFC 9110, section 9.2.1). */
export const SAFE_METHODS: readonly string[] = ["GET", "HEAD", "OPTIONS"];
