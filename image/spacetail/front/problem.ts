// SPDX-License-Identifier: Apache-2.0

/** Why there is no connection. */
export interface Problem {
  readonly kind: ProblemKind;
  /** One line without an end, for people. */
  readonly text: string;
}

/**
 * - "unresolved": the name does not exist, or nobody could say;
 * - "refused": the machine answers, and nothing listens on the port;
 * - "unreachable": there is no way to the address;
 * - "silent": nobody answered in time;
 * - "forbidden": it must not be made;
 * - "busy": there are too many already;
 * - "failed": anything else.
 */
export type ProblemKind = "unresolved" | "refused" | "unreachable" | "silent" | "forbidden" | "busy" | "failed";

/** The status of an HTTP proxy's answer. */
export function httpStatus(kind: ProblemKind): number {
  switch (kind) {
    case "silent":
      return 504;
    case "forbidden":
      return 403;
    case "busy":
      return 503;
    default:
      return 502;
  }
}

/** The reply of a SOCKS5 proxy (RFC 1928, section 6). */
export function socksReply(kind: ProblemKind): number {
  switch (kind) {
    case "refused":
      return 5;
    case "unreachable":
      return 3;
    case "unresolved":
    case "silent":
      return 4;
    case "forbidden":
      return 2;
    default:
      return 1;
  }
}

/** What the code of a failed connect(2) or look-up means. */
export function kindOfCode(code: string): ProblemKind {
  switch (code) {
    case "ECONNREFUSED":
      return "refused";
    case "ETIMEDOUT":
      return "silent";
    case "ENETUNREACH":
    case "EHOSTUNREACH":
    case "EADDRNOTAVAIL":
      return "unreachable";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "unresolved";
    default:
      return "failed";
  }
}
