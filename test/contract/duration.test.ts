// SPDX-License-Identifier: Apache-2.0
import { formatDuration, parseDuration } from "../../contract/index.js";

describe("a duration is read as Go reads it", () => {
  test.each([
    ["0", 0],
    ["60s", 60_000],
    ["1m30s", 90_000],
    ["1.5h", 5_400_000],
    [".5s", 500],
    ["250ms", 250],
    ["+5s", 5000],
    ["2h45m0.5s", 9_900_500],
    ["1500us", 1.5],
    ["1500µs", 1.5],
    ["1500μs", 1.5],
    ["1000000ns", 1],
  ])("%s is %d ms", (text, ms) => {
    expect(parseDuration(text)).toBeCloseTo(ms, 9);
  });

  test.each([
    "",
    "+",
    "5",
    "s",
    "-5s",
    "5 s",
    " 5s",
    "5s ",
    "1,5s",
    "1.2.3s",
    ".s",
    "5x",
    "5S",
    "1m30",
    "0x1s",
    "1e3s",
  ])("%j is none", (text) => {
    expect(parseDuration(text)).toBe(-1);
  });
});

test.each([
  [0, "0 ms"],
  [40.4, "40 ms"],
  [999, "999 ms"],
  [1000, "1 s"],
  [1540, "1.5 s"],
  [60_000, "60 s"],
  [120_000, "2 min"],
  [150_000, "2.5 min"],
])("%d ms are shown as %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
