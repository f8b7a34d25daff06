// SPDX-License-Identifier: Apache-2.0
import { ipBytes } from "../../../contract/wire/networks.js";

// The messages of a SOCKS5 client (RFC 1928), and of its login with user and password (RFC 1929).

const NO_LOGIN = 0;
const USER_AND_PASSWORD = 2;

/** The first message: the ways of logging in that the client knows. */
export function greeting(hasLogin: boolean): Buffer {
  return Buffer.from(hasLogin ? [5, 2, NO_LOGIN, USER_AND_PASSWORD] : [5, 1, NO_LOGIN]);
}

/** What the proxy's answer of two bytes to {@link greeting} asks for. */
export function chosenLogin(answer: Buffer): "none" | "password" | "unacceptable" | "not-socks" {
  if (answer.length < 2 || answer[0] !== 5) return "not-socks";
  if (answer[1] === NO_LOGIN) return "none";
  return answer[1] === USER_AND_PASSWORD ? "password" : "unacceptable";
}

/** Logs in; null if user or password are too long for the protocol, which has 255 bytes for each. */
export function login(user: string, password: string): Buffer | null {
  const [name, secret] = [Buffer.from(user), Buffer.from(password)];
  if (name.length === 0 || name.length > 255 || secret.length > 255) return null;
  return Buffer.concat([Buffer.from([1, name.length]), name, Buffer.from([secret.length]), secret]);
}

/** Whether the answer of two bytes to {@link login} is a yes. */
export function isLoggedIn(answer: Buffer): boolean {
  return answer.length >= 2 && answer[1] === 0;
}

/** Asks for a connection to a host, whose name the proxy looks up; null if the name is too long for the protocol. */
export function connectRequest(host: string, port: number): Buffer | null {
  const ip = ipBytes(host);
  const name = Buffer.from(host);
  if (ip === null && (name.length === 0 || name.length > 255)) return null;
  const address =
    ip === null
      ? Buffer.concat([Buffer.from([3, name.length]), name])
      : Buffer.concat([Buffer.from([ip.length === 4 ? 1 : 4]), Buffer.from(ip)]);
  return Buffer.concat([Buffer.from([5, 1, 0]), address, Buffer.from([port >> 8, port & 255])]);
}

/** How many bytes follow the first five of the answer to {@link connectRequest}; -1 if it cannot be understood. */
export function answerRest(head: Buffer): number {
  if (head.length < 5 || head[0] !== 5) return -1;
  // The address that the proxy connects from: its first byte is among the five, and a port of two bytes follows it.
  if (head[3] === 1) return 3 + 2;
  if (head[3] === 4) return 15 + 2;
  return head[3] === 3 ? (head[4] ?? 0) + 2 : -1;
}

/** The second byte of that answer in words, as RFC 1928 has them; empty for success. */
export function answerProblem(head: Buffer): string {
  const words = [
    "",
    "general failure",
    "connection not allowed by its rules",
    "network unreachable",
    "host unreachable",
    "connection refused",
    "TTL expired",
    "command not supported",
    "address type not supported",
  ];
  const code = head.length > 1 ? (head[1] ?? 1) : 1;
  return code < words.length ? (words[code] ?? "") : `error ${code}`;
}
