// SPDX-License-Identifier: Apache-2.0
import { parseBypass } from "../../../image/spacetail/egress/bypass.js";
import { parseProxy, proxyFor, proxyName, readUpstream } from "../../../image/spacetail/egress/upstream.js";

const OWN = ["localhost:8080", "localhost:1080"];

describe("parseProxy", () => {
  test.each([
    ["http://proxy:3128", { scheme: "http", host: "proxy", port: 3128, user: "", password: "" }],
    ["proxy:3128", { scheme: "http", host: "proxy", port: 3128 }],
    ["proxy", { scheme: "http", host: "proxy", port: 80 }],
    ["https://proxy/", { scheme: "https", host: "proxy", port: 443 }],
    ["HTTP://proxy:1/path?x#y", { scheme: "http", host: "proxy", port: 1 }],
    ["socks5://proxy", { scheme: "socks5", host: "proxy", port: 1080 }],
    ["socks5h://[fd00::1]:1081", { scheme: "socks5", host: "fd00::1", port: 1081 }],
    ["http://me:p%40ss%2F@proxy:1", { user: "me", password: "p@ss/" }],
    ["http://me@proxy:1", { user: "me", password: "" }],
    ["http://me:100%@proxy:1", { user: "me", password: "100%" }],
  ])("reads %s", (text, expected) => {
    expect(parseProxy("HTTPS_PROXY", text)).toMatchObject(expected);
  });

  test.each(["socks4://proxy", "ftp://proxy", "http://", "http://proxy:0", "http://proxy:x", "http://a b", "://"])(
    "refuses %s",
    (text) => {
      expect(parseProxy("HTTPS_PROXY", text)).toBeNull();
    },
  );

  test("has a name without the password", () => {
    const proxy = parseProxy("HTTPS_PROXY", "http://me:secret@proxy:1");
    expect(proxy === null ? "" : proxyName(proxy)).toBe("http://proxy:1 (HTTPS_PROXY)");
  });
});

describe("readUpstream", () => {
  test("takes upper case before lower case, and ALL_PROXY last", () => {
    const values = { HTTPS_PROXY: "a:1", https_proxy: "b:1", http_proxy: "c:1", ALL_PROXY: "socks5://d" };
    const { tunnel, http } = readUpstream(values, OWN);
    expect(tunnel).toMatchObject({ host: "a", variable: "HTTPS_PROXY" });
    expect(http).toMatchObject({ host: "c", variable: "http_proxy" });
    expect(readUpstream({ ALL_PROXY: "socks5://d" }, OWN).tunnel).toMatchObject({ host: "d", scheme: "socks5" });
  });

  test("does not take HTTP_PROXY for what is not plain HTTP", () => {
    const upstream = readUpstream({ HTTP_PROXY: "a:1" }, OWN);
    expect(proxyFor(upstream, "example.com", 443, false)).toBeNull();
    expect(proxyFor(upstream, "example.com", 80, true)).toMatchObject({ host: "a" });
  });

  test.each([
    "http://localhost:8080",
    "localhost:8080",
    "http://127.0.0.1:8080/",
    "http://[::1]:8080",
    "socks5h://127.0.0.1:1080",
  ])("never takes the tunnel's own address for one: %s", (own) => {
    expect(readUpstream({ HTTPS_PROXY: own, https_proxy: "real:3128" }, OWN).tunnel).toMatchObject({ host: "real" });
    expect(readUpstream({ ALL_PROXY: own }, OWN).tunnel).toBeNull();
  });

  test("says what it ignores, and not what it is", () => {
    const { tunnel, problems } = readUpstream({ HTTPS_PROXY: "socks4://me:secret@proxy" }, OWN);
    expect(tunnel).toBeNull();
    expect(problems).toEqual([expect.stringContaining("HTTPS_PROXY names no proxy that can be used")]);
    expect(problems.join()).not.toContain("secret");
  });

  test("never proxies loopback", () => {
    const upstream = readUpstream({ HTTPS_PROXY: "a:1" }, OWN);
    for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "::1"]) {
      expect(proxyFor(upstream, host, 443, false)).toBeNull();
    }
  });
});

describe("parseBypass", () => {
  const list =
    "corp.test, .only-below.test *.star.test 10.0.0.0/8,192.0.2.7:81 fd00::/8,[fd99::1]:443,port.test:8443,UPPER.test.";
  const bypass = parseBypass(list);
  test.each([
    ["corp.test", 443, true],
    ["a.b.CORP.test", 443, true],
    ["corp.test.", 443, true],
    ["notcorp.test", 443, false],
    ["only-below.test", 443, false],
    ["x.only-below.test", 443, true],
    ["star.test", 443, false],
    ["x.star.test", 443, true],
    ["10.200.0.1", 443, true],
    ["11.0.0.1", 443, false],
    ["192.0.2.7", 81, true],
    ["192.0.2.7", 80, false],
    ["fd12::1", 443, true],
    ["port.test", 8443, true],
    ["port.test", 443, false],
    ["upper.test", 443, true],
    ["10.0.0.1.evil.test", 443, false],
  ])("%s port %d", (host, port, expected) => {
    expect(bypass(host, port)).toBe(expected);
  });

  test("* is everything, nothing is nothing", () => {
    expect(parseBypass("a, *")("example.com", 1)).toBe(true);
    expect(parseBypass("")("example.com", 1)).toBe(false);
    expect(parseBypass(" , .")("example.com", 1)).toBe(false);
  });
});
