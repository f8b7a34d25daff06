// SPDX-License-Identifier: Apache-2.0
import { consistsOf, countOf, DIGITS } from "../../../contract/wire/characters.js";
import { redact } from "../../../contract/wire/secrets.js";
import { printable } from "../errors/printable.js";

/** Words in tailscaled's log lines that say why it is not on the tailnet. */
const PROBLEM_WORDS: readonly string[] = [
  "error",
  "fail",
  "refused",
  "denied",
  "invalid",
  "timeout",
  "unable",
  "in use",
  "certificate",
  "fatal",
];

/**
 * What tailscaled puts before an error of the control server.
 * Source: tailscale.com v1.102.3, ipn/ipnlocal/local.go setControlClientStatusLocked.
 */
const ERROR_MARK = "Received error: ";

/** Words in lines that look like problems and are not. */
const NOISE: readonly string[] = [
  "context canceled",
  "health(warnable=",
  "monitor: ",
  "[warning]",
  "shut down",
  "[v1]",
  "[v2]",
  "[ratelimit]",
  "getent",
  // Attempts at the addresses of Tailscale's own relays, after the resolver did not know the control server.
  "bootstrapdns",
  "magicsock: last netcheck",
];

/**
 * The last few lines of tailscaled's log that say what went wrong, each once and without time stamps and secrets. Lines
 * that differ only in numbers, such as the ports of attempts, are the same.
 *
 * @param limit the greatest number of lines
 * @param said the line that they follow, which none of them repeats
 */
export function problemLines(log: string, secrets: readonly string[], limit: number, said = ""): string[] {
  const known = withoutNumbers(said);
  const reason = known.slice(known.indexOf("(") + 1, known.lastIndexOf(")"));
  const found: string[] = [];
  const seen: string[] = [];
  for (const line of log.split("\n").reverse()) {
    const lower = line.toLowerCase();
    // Indented lines are the list of flags that follows an unknown one.
    if (line.startsWith(" ")) continue;
    if (!PROBLEM_WORDS.some((word) => lower.includes(word)) || NOISE.some((word) => lower.includes(word))) continue;
    const text = withoutTime(line);
    const key = withoutNumbers(text.split(ERROR_MARK).join(""));
    if (known.includes(key) || (reason !== "" && key.includes(reason)) || seen.includes(key)) continue;
    seen.push(key);
    found.push(printable(redact(text, secrets)));
  }
  return found.slice(0, limit).reverse();
}

/** A text for comparison with others: with one `#` in place of each number, which may be a port or a count. */
function withoutNumbers(text: string): string {
  let out = "";
  for (const char of text) {
    if (!DIGITS.includes(char)) out += char;
    else if (!out.endsWith("#")) out += "#";
  }
  return out.trim();
}

/**
 * The last message in tailscaled's log, without the list of flags that follows an unknown one: if it exited
 * unexpectedly, this says why. Empty for an empty log.
 */
export function lastMessage(log: string): string {
  const usage = log.indexOf("\nUsage of ");
  const text = (usage < 0 ? log : log.slice(0, usage)).trim();
  return withoutTime(text.slice(text.lastIndexOf("\n") + 1));
}

/**
 * Why tailscaled could not talk to the control server, as it logged last; empty if it logged no reason. LocalAPI does
 * not say it.
 */
export function controlError(log: string): string {
  let found = "";
  for (const line of log.split("\n")) {
    const at = line.indexOf(ERROR_MARK);
    if (at >= 0 && !line.includes("[RATELIMIT]")) found = line.slice(at + ERROR_MARK.length);
  }
  return found;
}

/**
 * The port of tailscaled's SOCKS5 proxy if it was left to choose one; 0 if it has not logged it. Source of the text:
 * tailscale.com v1.102.3, cmd/tailscaled/proxy.go.
 */
export function socksPort(log: string): number {
  const mark = "SOCKS5 listening on 127.0.0.1:";
  const at = log.indexOf(mark);
  if (at < 0) return 0;
  const rest = log.slice(at + mark.length);
  const port = Number(rest.slice(0, countOf(rest, DIGITS)));
  return Number.isInteger(port) && port <= 65535 ? port : 0;
}

/**
 * Whether tailscaled has logged the node out by itself when it was stopped. It also says so if there was no node to log
 * out. Source of the texts: tailscale.com v1.102.3, ipn/ipnlocal/local.go Shutdown and setStateLocked.
 */
export function hasLoggedOut(log: string): boolean {
  return log.includes("logged out ephemeral node on shutdown") && log.includes("-> Starting");
}

/** Each line of tailscaled's log begins like `2026/11/21 12:00:00 `. */
function withoutTime(line: string): string {
  const length = "2026/11/21 12:00:00 ".length;
  return consistsOf(line.slice(0, length), `${DIGITS}/: `) ? line.slice(length) : line;
}
