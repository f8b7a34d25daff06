// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type ExtraFlags,
  readExtraFlags,
  readTailscaledArgs,
  SUPPORTED_UP_FLAGS,
  UP_FLAGS,
} from "../../contract/index.js";

const NONE: ExtraFlags = {
  acceptDns: null,
  acceptRoutes: null,
  exitNode: null,
  hostname: null,
  shieldsUp: null,
  ssh: null,
  advertiseRoutes: null,
  advertiseTags: null,
  advertiseExitNode: null,
  exitNodeAllowLan: null,
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
    ["--ssh", { ssh: true }],
    ["-ssh=false", { ssh: false }],
    ["--advertise-routes=10.0.0.0/8,fd00::/8", { advertiseRoutes: ["10.0.0.0/8", "fd00::/8"] }],
    ["--advertise-routes=", { advertiseRoutes: [] }],
    ["--advertise-tags=tag:a,tag:b", { advertiseTags: ["tag:a", "tag:b"] }],
    ["--advertise-tags=", { advertiseTags: [] }],
    ["--advertise-exit-node --exit-node-allow-lan-access", { advertiseExitNode: true, exitNodeAllowLan: true }],
  ])("%j is understood", (text, flags) => {
    expect(readExtraFlags(text)).toEqual({ ...NONE, ...flags });
  });

  test.each([
    ["--bogus", "must contain only flags of `tailscale up`, not --bogus; supported are --accept-dns, --accept-routes"],
    ["--accept-dns false", "must contain only flags, and values after the flags that take one"],
    ["tskey-auth-secret", "must contain only flags, and values after the flags that take one"],
    ["--accept-dns=maybe", "must set --accept-dns to true or false"],
    ["--timeout=0", "must set --timeout to a duration above zero, such as 60s"],
    ["--timeout", "must set --timeout to a duration above zero, such as 60s"],
    ["--hostname=...", "must set --hostname to a name with at least one letter or digit"],
    ["--login-server=control.test", "must set --login-server to an http:// or https:// URL"],
    ["--advertise-tags=ci", "must set --advertise-tags to tags such as tag:ci, separated by commas"],
    ["--advertise-routes=10.0.0.0", "must set --advertise-routes to networks such as 10.0.0.0/8, separated by commas"],
  ])("%j is refused: %s", (text, problem) => {
    expect(readExtraFlags(text).problem).toEqual(expect.stringContaining(problem));
  });

  test.each([
    ["--auth-key=tskey-auth-secret", "--auth-key: set TS_AUTHKEY instead"],
    ["-authkey tskey-auth-secret", "--authkey: set TS_AUTHKEY instead"],
    ["--client-secret=tskey-client-secret", "--client-secret: set TS_CLIENT_SECRET instead"],
    ["--client-id=k1", "--client-id: set TS_CLIENT_ID instead"],
    ["--accept-dns --reset", "--reset: every `spacetail up` starts a new node, without earlier settings"],
    ["--operator=me", "--operator: the user who runs `spacetail up` operates tailscaled"],
    ["--accept-risk=all", "--accept-risk: spacetail asks for no confirmation"],
    ["--netfilter-mode=off", "--netfilter-mode: kernel networking has Tailscale's default firewall rules"],
  ])("%j is refused with the reason", (text, reason) => {
    expect(readExtraFlags(text).problem).toBe(`must not contain ${reason}`);
  });
});

describe("the table of flags", () => {
  /** `tailscale up --help` of the version in image/tailscale/go.mod, its hidden flag, and the spellings it rewrites. */
  const UPSTREAM = [
    ..."accept-dns accept-risk accept-routes advertise-connector advertise-exit-node advertise-routes".split(" "),
    ..."advertise-tags audience auth-key client-id client-secret exit-node exit-node-allow-lan-access".split(" "),
    ..."force-reauth hostname id-token json login-server netfilter-mode operator qr qr-format".split(" "),
    ..."report-posture reset shields-up snat-subnet-routes ssh stateful-filtering timeout".split(" "),
    ..."host-routes authkey posture-checking".split(" "),
  ].map((name) => `--${name}`);

  test("has every flag of `tailscale up` once", () => {
    expect(UP_FLAGS.map(({ name }) => name).sort()).toEqual([...UPSTREAM].sort());
  });

  test("was compared with the Tailscale that the image has", () => {
    const file = readFileSync(join(__dirname, "../../image/tailscale/go.mod"), "utf8");
    expect(/\ttailscale\.com (\S+)/.exec(file)?.[1]).toBe("v1.102.3");
  });

  test.each(UP_FLAGS)("$name is read, or refused in a sentence that reads on", ({ name, boolean, refusal }) => {
    const good: Readonly<Record<string, string>> = {
      "--timeout": "60s",
      "--login-server": "https://control.test",
      "--advertise-routes": "10.0.0.0/8",
      "--advertise-tags": "tag:ci",
    };
    const { problem } = readExtraFlags(boolean ? name : `${name}=${good[name] ?? "db"}`);
    expect(problem).toBe(refusal === "" ? null : `must not contain ${name}: ${refusal}`);
    expect(refusal).toMatch(/^$|^[a-z].*[^.]$/);
    expect(SUPPORTED_UP_FLAGS.includes(name)).toBe(refusal === "");
  });
});

describe("flags of tailscaled", () => {
  test("the listeners are taken out, the rest is passed on unchanged", () => {
    const text =
      "--verbose=1 -socks5-server=localhost:1 --debug localhost:2 --outbound-http-proxy-listen localhost:3 word";
    expect(readTailscaledArgs(`--tun=userspace-networking ${text}`)).toEqual({
      socks5Server: "localhost:1",
      httpProxy: "localhost:3",
      keepsState: false,
      rest: ["--verbose=1", "--debug", "localhost:2", "word"],
      problem: null,
    });
  });

  test("an empty address means no proxy, as for tailscaled itself", () => {
    expect(readTailscaledArgs("--socks5-server= --outbound-http-proxy-listen=")).toMatchObject({
      socks5Server: "",
      httpProxy: "",
      problem: null,
    });
  });

  test.each([
    ["--socks5-server=1080", "must set --socks5-server to host:port, such as localhost:1080"],
    ["--outbound-http-proxy-listen", "must set --outbound-http-proxy-listen to host:port, such as localhost:1080"],
    ["--socket=/tmp/s", "must not contain --socket: set TS_SOCKET instead"],
    ["-tun tailscale0", "must not contain --tun: set TS_USERSPACE instead"],
    ["--verbose=1 -cleanup", "must not contain --cleanup, with which tailscaled exits at once"],
    ["--version", "must not contain --version, with which tailscaled exits at once"],
  ])("%j is refused: %s", (text, problem) => {
    expect(readTailscaledArgs(text).problem).toBe(problem);
  });
});
