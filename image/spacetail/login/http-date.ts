// SPDX-License-Identifier: Apache-2.0
import { consistsOf, DIGITS } from "../../../contract/wire/characters.js";

const MONTHS: readonly string[] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * Reads the date of an HTTP header, such as `Thu, 26 Nov 2026 06:25:00 GMT` (RFC 9110, section 5.6.7). `Date.parse` of
 * the native build reads the dates of ISO 8601 only.
 *
 * @returns milliseconds since 1970; -1 for anything else
 */
export function parseHttpDate(text: string): number {
  const words = text.trim().split(" ");
  const [day, month, year] = [words[1] ?? "", words[2] ?? "", words[3] ?? ""];
  const [time, zone] = [words[4] ?? "", words[5] ?? ""];
  const at = MONTHS.indexOf(month);
  const parts = time.split(":");
  if (words.length !== 6 || zone !== "GMT" || at < 0 || parts.length !== 3) return -1;
  const [hours = "", minutes = "", seconds = ""] = parts;
  for (const part of [day, year, hours, minutes, seconds]) if (part.length > 4 || !consistsOf(part, DIGITS)) return -1;
  const hour = daysSince1970(Number(year), at + 1, Number(day)) * 24 + Number(hours);
  return ((hour * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}

/** Days of the Gregorian calendar, counted in years that begin in March, so that the leap day is the last. */
function daysSince1970(year: number, month: number, day: number): number {
  const march = month > 2 ? year : year - 1;
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leapDays = Math.floor(march / 4) - Math.floor(march / 100) + Math.floor(march / 400);
  return march * 365 + leapDays + ofYear - 719_468;
}
