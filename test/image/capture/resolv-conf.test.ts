// SPDX-License-Identifier: Apache-2.0
import { hostsFile, resolvConf } from "../../../image/spacetail/capture/resolv-conf.js";

const OWN = "# of the run\nnameserver 10.0.0.53\nsearch first.test\nsearch corp.test lab.test\noptions ndots:2\n";

describe("resolvConf", () => {
  test("has our name server alone, what else the run's says, and the tailnet's domains last", () => {
    expect(resolvConf(OWN, "127.100.100.100", ["tail.test", "lab.test"], true)).toBe(
      "nameserver 127.100.100.100\n# of the run\noptions ndots:2\nsearch corp.test lab.test tail.test\n",
    );
  });

  test("keeps the run's name servers behind ours for programs that cannot reach ours", () => {
    expect(resolvConf("nameserver 10.0.0.53\n", "127.100.100.100", [], false)).toBe(
      "nameserver 127.100.100.100\nnameserver 10.0.0.53\n",
    );
  });

  test("takes a domain for a search list", () => {
    expect(resolvConf("domain corp.test\n", "127.100.100.100", ["tail.test"], true)).toBe(
      "nameserver 127.100.100.100\nsearch corp.test tail.test\n",
    );
  });

  test("can be made without the run's", () => {
    expect(resolvConf("", "127.100.100.100", [], true)).toBe("nameserver 127.100.100.100\n");
  });
});

describe("hostsFile", () => {
  const names = new Map([
    ["db.tail.test", ["100.64.0.1", "fd7a:115c:a1e0::1"]],
    ["db.other.test", ["100.64.0.2"]],
  ]);

  test("adds nodes by their full names, and those of this tailnet by their short ones", () => {
    expect(hostsFile("127.0.0.1 localhost", names, "tail.test")).toBe(
      "127.0.0.1 localhost\n100.64.0.1 db.tail.test db\nfd7a:115c:a1e0::1 db.tail.test db\n100.64.0.2 db.other.test\n",
    );
  });

  test("has no short names if the tailnet's domain is not known", () => {
    expect(hostsFile("", new Map([["db.tail.test", ["100.64.0.1"]]]), "")).toBe("100.64.0.1 db.tail.test\n");
  });
});
