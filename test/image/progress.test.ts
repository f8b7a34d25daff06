// SPDX-License-Identifier: Apache-2.0
import { startProgress } from "../../image/spacetail/tunnel/progress.js";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function start(onTerminal: boolean) {
  const written: string[] = [];
  const progress = startProgress(onTerminal, (text) => written.push(text));
  return { progress, written: () => written.splice(0).join("") };
}

test("a log gets a line every 30 s, and none for what is quick", () => {
  const { progress, written } = start(false);
  progress.waitFor("the API");
  jest.advanceTimersByTime(29_000);
  expect(written()).toBe("");
  jest.advanceTimersByTime(1000);
  expect(written()).toBe("spacetail: still waiting for the API (30 s).\n");
  progress.waitFor("db:5432");
  jest.advanceTimersByTime(60_000);
  expect(written()).toBe(
    "spacetail: still waiting for db:5432 (30 s).\nspacetail: still waiting for db:5432 (60 s).\n",
  );
  progress.end();
  jest.advanceTimersByTime(60_000);
  expect(written()).toBe("");
});

test("a terminal has one line that changes and is cleared", () => {
  const { progress, written } = start(true);
  const clear = "\r\u001b[K";
  progress.waitFor("the API");
  jest.advanceTimersByTime(2000);
  expect(written()).toBe(`${clear}spacetail: waiting for the API (1 s)${clear}spacetail: waiting for the API (2 s)`);
  progress.waitFor("db:5432");
  expect(written()).toBe(clear);
  progress.end();
  expect(written()).toBe("");
});
