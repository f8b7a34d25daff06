// SPDX-License-Identifier: Apache-2.0
import {
  addressesIn,
  candidates,
  lookupNode,
  parseResolverSettings,
} from "../../image/spacetail/platform/lookup-node.js";

test("parseResolverSettings reads search domains and ndots; the last line counts", () => {
  const text = "# comment\nnameserver 10.0.0.1\ndomain a.test\nsearch b.test\tc.test\noptions timeout:1 ndots:5\n";
  expect(parseResolverSettings(text)).toEqual({ search: ["b.test", "c.test"], ndots: 5 });
  expect(parseResolverSettings("")).toEqual({ search: [], ndots: 1 });
});

test("candidates completes short names first, and others last", () => {
  const settings = { search: ["a.test", "."], ndots: 2 };
  expect(candidates("db", settings)).toEqual(["db.a.test", "db"]);
  expect(candidates("db.eu.x", settings)).toEqual(["db.eu.x", "db.eu.x.a.test"]);
  expect(candidates("db.", settings)).toEqual(["db"]);
});

test("addressesIn reads /etc/hosts", () => {
  const hosts = "127.0.0.1 localhost lo # no other\n::1\tlocalhost\nbroken localhost\n10.0.0.1 Db.test db\n";
  expect(addressesIn(hosts, "LOCALHOST.")).toEqual(["127.0.0.1", "::1"]);
  expect(addressesIn(hosts, "db.test")).toEqual(["10.0.0.1"]);
  expect(addressesIn(hosts, "no")).toEqual([]);
});

test.each([
  ["10.0.0.1", ["10.0.0.1"]],
  ["::1", ["::1"]],
  ["2130706433", ["127.0.0.1"]],
  ["0x7f.1", ["127.0.0.1"]],
])("lookupNode knows %s without asking anybody", async (host, addresses) => {
  expect(await lookupNode(host)).toEqual(addresses);
});
