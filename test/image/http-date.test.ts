// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { parseHttpDate } from "../../image/spacetail/login/http-date.js";
import { holds } from "../property.js";

test("reads every date that servers write", () => {
  // 1970 to 9999, in seconds.
  const dates = fc.integer({ min: 0, max: 253_402_300_799 });
  holds(dates, (seconds) => {
    expect(parseHttpDate(new Date(seconds * 1000).toUTCString())).toBe(seconds * 1000);
  });
});

test.each(["", "soon", "2026-11-26T06:25:00Z", "Thu, 26 Nov 2026 06:25 GMT", "Thu, 26 Foo 2026 06:25:00 GMT", "x y z"])(
  "%j is none",
  (text) => {
    expect(parseHttpDate(text)).toBe(-1);
  },
);
