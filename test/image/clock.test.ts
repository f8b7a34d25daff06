// SPDX-License-Identifier: Apache-2.0
import { deadlineIn, remaining, within } from "../../image/spacetail/process/clock.js";

afterEach(() => {
  jest.restoreAllMocks();
});

test.each([-3_600_000, 3_600_000])("a machine whose clock is moved by %d ms keeps its deadlines", (ms) => {
  const deadline = deadlineIn(60_000);
  const real = Date.now();
  jest.spyOn(Date, "now").mockReturnValue(real + ms);
  expect(remaining(deadline)).toBeGreaterThan(50_000);
  expect(remaining(deadline)).toBeLessThanOrEqual(60_000);
});

test("a limit that is too long for a timer is none", async () => {
  let finish = (_: string): void => {};
  const work = new Promise<string | null>((resolve) => {
    finish = resolve;
  });
  const result = within(work, 600 * 3_600_000);
  // A timer whose time overflows fires at once.
  setTimeout(() => finish("done"), 50);
  expect(await result).toBe("done");
});
