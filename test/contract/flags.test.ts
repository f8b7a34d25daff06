// SPDX-License-Identifier: Apache-2.0
import { type ExtraFlags, readExtraFlags, readTailscaledArgs } from "../../contract/index.js";

const NONE: ExtraFlags = {
  acceptDns: null,
  acceptRoutes: null,
  exitNode: null,
  hostname: null,
  shieldsUp: null,
  loginServer: null,
  timeoutMs: null,
  problem: null,
};

describe("flags of tailscale up", () => {
  test.each<[string, Partial<ExtraFlags>]>([
    ["", {}],
    ["--accept-routes", { acceptRoutes: true }],
    ["-accept-routes", { acceptRoutes: true }],
    ["--accept-routes=false --accept-dns=0", { acceptRoutes: false, acceptDns: false }],
    ["--shields-up=f", { shieldsUp: false }],
    ["--exit-node=100.64.0.9", { exitNode: "100.64.0.9" }],
    ["--exit-node relay --accept-dns", { exitNode: "relay", acceptDns: true }],
    ["--exit-node=", { exitNode: "" }],
    ["  --hostname=runner\t--timeout 90s ", { hostname: "runner", timeoutMs: 90_000 }],
    ["--login-server=https://control.test", { loginServer: "https://control.test" }],
    ["--hostname=a --hostname=b", { hostname: "b" }],
  ])("%j is understood", (text, flags) => {
    expect(readExtraFlags(text)).toEqual({ ...NONE, ...flags });
  });

  const known = "--accept-dns, --accept-routes, --exit-node, --hostname, --shields-up, --login-server, --timeout";
  test.each([
    ["--ssh", `must hold only ${known}, and --ssh is none of them`],
    ["-ssh=true", `must hold only ${known}, and --ssh is none of them`],
    ["--auth-key=tskey-auth-secret", `must hold only ${known}, and --auth-key is none of them`],
    ["--accept-dns false", "must hold only flags, and values after the flags that take one"],
    ["tskey-auth-secret", "must hold only flags, and values after the flags that take one"],
    ["--accept-dns=maybe", "must give --accept-dns true or false"],
    ["--timeout=0", "must give --timeout a duration above zero such as 60s"],
    ["--timeout", "must give --timeout a duration above zero such as 60s"],
    ["--hostname=...", "must give --hostname a name with at least one letter or digit"],
    ["--login-server=control.test", "must give --login-server an http:// or https:// URL"],
  ])("%j is refused: %s", (text, problem) => {
    expect(readExtraFlags(text).problem).toBe(problem);
  });
});

describe("flags of tailscaled", () => {
  test("the listeners are taken out, the rest is passed on as it is", () => {
    const text =
      "--verbose=1 -socks5-server=localhost:1 --debug localhost:2 --outbound-http-proxy-listen localhost:3 word";
    expect(readTailscaledArgs(text)).toEqual({
      socks5Server: "localhost:1",
      httpProxy: "localhost:3",
      rest: ["--verbose=1", "--debug", "localhost:2", "word"],
      problem: null,
    });
  });

  test.each([
    ["--socks5-server=1080", "must give --socks5-server a host:port such as localhost:1080"],
    ["--outbound-http-proxy-listen", "must give --outbound-http-proxy-listen a host:port such as localhost:1080"],
    ["--socket=/tmp/s", "must not hold --socket: set TS_SOCKET instead"],
  ])("%j is refused: %s", (text, problem) => {
    expect(readTailscaledArgs(text).problem).toBe(problem);
  });
});
