// SPDX-License-Identifier: Apache-2.0
import { answerCache } from "../../../image/spacetail/names/answer-cache.js";
import type { DnsAnswer } from "../../../image/spacetail/names/dns-message.js";

const answer = (kind: DnsAnswer["kind"], ttl: number): DnsAnswer => ({ kind, addresses: ["10.0.0.1"], alias: "", ttl });

describe("answerCache", () => {
  test.each<[DnsAnswer["kind"], number, number]>([
    ["found", 30, 30_000],
    ["found", 0, 1000],
    ["found", 86_400, 60_000],
    ["missing", 5, 5000],
    ["failed", 30, 2000],
  ])("keeps what is %s with a TTL of %d s for %d ms", (kind, ttl, ms) => {
    const cache = answerCache();
    cache.put("A db.test", answer(kind, ttl), 1000);
    expect(cache.get("A db.test", 1000 + ms - 1)).toMatchObject({ kind });
    expect(cache.get("A db.test", 1000 + ms)).toBeNull();
    expect(cache.size()).toBe(0);
  });

  test("forgets the oldest when there are too many", () => {
    const cache = answerCache();
    for (let i = 0; i < 5000; i += 1) cache.put(`A ${i}`, answer("found", 60), 0);
    expect(cache.size()).toBe(1024);
    expect(cache.get("A 0", 1)).toBeNull();
    expect(cache.get("A 4999", 1)).not.toBeNull();
  });
});
