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
 * - "failed": anything else.
 */
export type ProblemKind = "unresolved" | "refused" | "unreachable" | "silent" | "failed";

/** The status of an HTTP proxy's answer. */
export function httpStatus(kind: ProblemKind): number {
  return kind === "silent" ? 504 : 502;
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
    default:
      return 1;
  }
}

/** What the code of a failed connect(2) or look-up says, to be followed by the error itself; empty for other codes. */
export function codeInWords(code: string): string {
  switch (kindOfCode(code)) {
    case "refused":
      return "it refused the connection";
    case "silent":
      return "it did not answer in time";
    case "unreachable":
      return "there is no way to it";
    default:
      return "";
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
