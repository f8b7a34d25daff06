// SPDX-License-Identifier: Apache-2.0
import { capacityOf, mostRefusals, openFilesLimit } from "../../../image/spacetail/front/capacity.js";

test.each([
  ["Max open files            4096                 524288               files", 4096],
  ["Max open files            unlimited            unlimited            files", Number.MAX_SAFE_INTEGER],
  ["Max processes             1000                 1000                 processes", 1024],
  ["", 1024],
])("the soft limit of open files: %j", (limits, expected) => {
  expect(openFilesLimit(`Limit  Soft Limit  Hard Limit  Units\n${limits}\n`)).toBe(expected);
});

test("the higher the capacity, the more clients beyond it get an answer", () => {
  expect([8, 128, 136, 1000].map(mostRefusals)).toEqual([16, 16, 17, 125]);
});

test.each([256, 1024, 4096, 65_536, 1_048_576])(
  "with %i descriptors, clients and refusals leave 144 for all else",
  (limit) => {
    const clients = capacityOf(limit);
    expect(2 * clients + mostRefusals(clients)).toBeLessThanOrEqual(limit - 144);
    expect(clients).toBeGreaterThan(40);
  },
);

test("however few descriptors there are, some clients are served", () => {
  expect(capacityOf(64)).toBe(8);
});
