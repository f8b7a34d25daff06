// SPDX-License-Identifier: Apache-2.0
import { readSettings, SettingsError } from "../../contract/index.js";

test("an empty environment means the documented defaults", () => {
  expect(readSettings({})).toEqual({
    credential: "none",
    clientId: "",
    idToken: "",
    oauthClientId: "",
    oauthClientSecret: "",
    tags: ["tag:spacelift"],
    authKey: "",
    controlUrl: "https://controlplane.tailscale.com",
    apiUrl: "https://api.tailscale.com",
    hostname: "",
    bootTimeoutMs: 60_000,
    waitFor: [],
    acceptDns: true,
    acceptRoutes: false,
    exitNode: "",
    shieldsUp: true,
    tailscaledArgs: [],
    socks5Server: "localhost:1080",
    httpProxy: "localhost:8080",
    noProxy: "",
    socket: "",
    trace: false,
  });
});

test("every variable is read", () => {
  const settings = readSettings({
    TS_OAUTH_CLIENT_ID: "k1",
    TS_OAUTH_CLIENT_SECRET: "file:/run/secret",
    TS_OAUTH_TAGS: "tag:a, tag:b",
    TS_CONTROL_URL: "https://control.test/",
    TS_API_URL: "https://api.test/",
    TS_HOSTNAME: "runner",
    TS_BOOT_TIMEOUT: "1m30s",
    TS_WAIT_FOR: "db:5432, [::1]:22",
    TS_EXTRA_ARGS: "--accept-routes --accept-dns=false --exit-node=relay --shields-up=false",
    TS_TAILSCALED_EXTRA_ARGS: "--verbose=1",
    TS_SOCKS5_SERVER: "localhost:1",
    TS_OUTBOUND_HTTP_PROXY_LISTEN: "localhost:2",
    TS_NO_PROXY: "a,b",
    TS_SOCKET: "/tmp/s",
    TRACE: "1",
  });
  expect(settings).toEqual({
    credential: "oauth",
    clientId: "",
    idToken: "",
    oauthClientId: "k1",
    oauthClientSecret: "file:/run/secret",
    tags: ["tag:a", "tag:b"],
    authKey: "",
    controlUrl: "https://control.test",
    apiUrl: "https://api.test",
    hostname: "runner",
    bootTimeoutMs: 90_000,
    waitFor: [
      { host: "db", port: 5432 },
      { host: "::1", port: 22 },
    ],
    acceptDns: false,
    acceptRoutes: true,
    exitNode: "relay",
    shieldsUp: false,
    tailscaledArgs: ["--verbose=1"],
    socks5Server: "localhost:1",
    httpProxy: "localhost:2",
    noProxy: "a,b",
    socket: "/tmp/s",
    trace: true,
  });
});

test("an alias is read when the first name is unset or empty", () => {
  expect(readSettings({ TS_AUTH_KEY: "tskey-a" })).toMatchObject({ credential: "authkey", authKey: "tskey-a" });
  expect(readSettings({ TS_AUTHKEY: "", TS_AUTH_KEY: "tskey-a" }).authKey).toBe("tskey-a");
  expect(readSettings({ TS_AUTHKEY: "tskey-b", TS_AUTH_KEY: "tskey-a" }).authKey).toBe("tskey-b");
  expect(readSettings({ TS_LOGIN_SERVER: "https://a.test" }).controlUrl).toBe("https://a.test");
});

test("keys are minted where the control server is, unless TS_API_URL says otherwise", () => {
  expect(readSettings({ TS_CONTROL_URL: "https://hs.test" }).apiUrl).toBe("https://hs.test");
  expect(readSettings({ TS_EXTRA_ARGS: "--login-server=https://hs.test" }).apiUrl).toBe("https://hs.test");
  expect(readSettings({ TS_CONTROL_URL: "https://hs.test", TS_API_URL: "https://api.test" }).apiUrl).toBe(
    "https://api.test",
  );
});

test("flags go before variables of the same meaning", () => {
  const settings = readSettings({
    TS_EXTRA_ARGS: "--hostname=flag --timeout=5s --login-server=https://flag.test",
    TS_HOSTNAME: "variable",
    TS_BOOT_TIMEOUT: "60s",
    TS_CONTROL_URL: "https://variable.test",
    TS_TAILSCALED_EXTRA_ARGS: "--socks5-server=localhost:1 --outbound-http-proxy-listen=localhost:2",
    TS_SOCKS5_SERVER: "localhost:3",
    TS_OUTBOUND_HTTP_PROXY_LISTEN: "localhost:4",
  });
  expect(settings).toMatchObject({
    hostname: "flag",
    bootTimeoutMs: 5000,
    controlUrl: "https://flag.test",
    socks5Server: "localhost:1",
    httpProxy: "localhost:2",
  });
});

test("two kinds of credential exclude each other", () => {
  const both = { TS_OAUTH_CLIENT_SECRET: "tskey-client-x", TS_AUTH_KEY: "tskey-auth-y" };
  expect(() => readSettings(both)).toThrow(
    new SettingsError("Both TS_OAUTH_CLIENT_SECRET and TS_AUTHKEY are set. Keep the one that is meant."),
  );
});

test("a malformed value, of an alias too, is an error in one sentence", () => {
  expect(() => readSettings({ TS_BOOT_TIMEOUT: "soon" })).toThrow(
    new SettingsError('TS_BOOT_TIMEOUT must be a duration above zero such as 60s or 1m30s, but "soon" was given.'),
  );
  expect(() => readSettings({ TS_LOGIN_SERVER: "x" })).toThrow(/^TS_LOGIN_SERVER must be an http/);
});

describe("the credential", () => {
  test.each([
    [{ TS_CLIENT_ID: "k1" }, "federated"],
    [{ TS_CLIENT_ID: "k1", TS_ID_TOKEN: "file:/run/token" }, "federated"],
    [{ TS_OAUTH_CLIENT_SECRET: "s", TS_OAUTH_CLIENT_ID: "k1" }, "oauth"],
    [{ TS_AUTH_KEY: "a" }, "authkey"],
    [{ TS_CLIENT_ID: "", TS_AUTHKEY: "a" }, "authkey"],
  ])("%j is %s", (env, kind) => {
    expect(readSettings(env).credential).toBe(kind);
  });

  test.each([
    [{ TS_CLIENT_ID: "k1", TS_AUTH_KEY: "a" }, "Both TS_CLIENT_ID and TS_AUTHKEY are set. Keep the one that is meant."],
    [
      { TS_CLIENT_ID: "k1", TS_OAUTH_CLIENT_SECRET: "s", TS_AUTHKEY: "a" },
      "All of TS_CLIENT_ID and TS_OAUTH_CLIENT_SECRET and TS_AUTHKEY are set. Keep the one that is meant.",
    ],
    [
      { TS_ID_TOKEN: "a.b.c" },
      "TS_ID_TOKEN is set without TS_CLIENT_ID, the id of the federated identity it is meant for.",
    ],
  ])("%j is refused", (env, message) => {
    expect(() => readSettings(env)).toThrow(new SettingsError(message));
  });
});
