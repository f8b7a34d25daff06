// SPDX-License-Identifier: Apache-2.0
import { consistsOf, countOf, DIGITS } from "./characters.js";

const UNIT_MS: readonly { readonly unit: string; readonly ms: number }[] = [
  { unit: "ns", ms: 1e-6 },
  { unit: "us", ms: 1e-3 },
  { unit: "µs", ms: 1e-3 },
  { unit: "μs", ms: 1e-3 },
  { unit: "ms", ms: 1 },
  { unit: "s", ms: 1000 },
  { unit: "m", ms: 60_000 },
  { unit: "h", ms: 3_600_000 },
];

/**
 * Reads a duration as Go's time.ParseDuration does: `60s`, `1m30s`, `1.5h`, `250ms`, `0`.
 *
 * @returns milliseconds, or -1 if the text is not a duration or is negative
 */
export function parseDuration(text: string): number {
  if (text === "0") return 0;
  let rest = text.startsWith("+") ? text.slice(1) : text;
  if (rest === "") return -1;
  let total = 0;
  while (rest !== "") {
    const digits = rest.slice(0, countOf(rest, `${DIGITS}.`));
    if (!isNumber(digits)) return -1;
    rest = rest.slice(digits.length);
    const name = rest.slice(0, unitLength(rest));
    const unit = UNIT_MS.find((one) => one.unit === name);
    if (unit === undefined) return -1;
    total += Number(digits) * unit.ms;
    rest = rest.slice(name.length);
  }
  return total;
}

/** Milliseconds as people read them: `40 ms`, `1.5 s`, `2 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Math.round(ms / 100) / 10} s`;
  return `${Math.round(ms / 6000) / 10} min`;
}

/** Digits with at most one point among them, and at least one digit. */
function isNumber(text: string): boolean {
  return consistsOf(text, `${DIGITS}.`) && text !== "." && text.split(".").length <= 2;
}

/** The length of the text before its first digit or point. */
function unitLength(text: string): number {
  let end = 0;
  while (end < text.length && !`${DIGITS}.`.includes(text.charAt(end))) end += 1;
  return end;
}
