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
    ephemeral: true,
    preauthorized: true,
    hostname: "",
    bootTimeoutMs: 60_000,
    waitFor: [],
    acceptDns: true,
    acceptRoutes: false,
    exitNode: "",
    shieldsUp: true,
    ssh: false,
    advertiseRoutes: [],
    advertiseExitNode: false,
    exitNodeAllowLan: false,
    networking: "userspace",
    tailscaledArgs: [],
    socks5Server: "localhost:1080",
    httpProxy: "localhost:8080",
    forwards: [],
    noProxy: "",
    proxyVariables: [],
    capture: "nothing",
    socket: "",
    sidecar: null,
    trace: false,
    notes: [],
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
    TS_EXTRA_ARGS:
      "--accept-routes --accept-dns=false --exit-node=relay --ssh --advertise-routes=10.0.0.0/8 --advertise-exit-node --exit-node-allow-lan-access",
    TS_USERSPACE: "auto",
    TS_TAILSCALED_EXTRA_ARGS: "--verbose=1",
    TS_SOCKS5_SERVER: "localhost:1",
    TS_OUTBOUND_HTTP_PROXY_LISTEN: "localhost:2",
    TS_FORWARDS: "15432:db:5432, 16379:[fd7a::1]:6379",
    TS_NO_PROXY: "a,b",
    TS_PROXY_VARIABLES: "ALL_PROXY, all_proxy",
    TS_CAPTURE: "true",
    TS_SOCKET: "/tmp/s",
    TS_SIDECAR: "localhost:9002",
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
    ephemeral: true,
    preauthorized: true,
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
    ssh: true,
    advertiseRoutes: ["10.0.0.0/8"],
    advertiseExitNode: true,
    exitNodeAllowLan: true,
    networking: "auto",
    tailscaledArgs: ["--verbose=1"],
    socks5Server: "localhost:1",
    httpProxy: "localhost:2",
    forwards: [
      { port: 15432, target: { host: "db", port: 5432 } },
      { port: 16379, target: { host: "fd7a::1", port: 6379 } },
    ],
    noProxy: "a,b",
    proxyVariables: ["ALL_PROXY", "all_proxy"],
    capture: "command",
    socket: "/tmp/s",
    sidecar: { host: "localhost", port: 9002 },
    trace: true,
    notes: [],
  });
});

test.each([
  ["true", "userspace"],
  ["false", "kernel"],
  ["0", "kernel"],
  ["auto", "auto"],
])("TS_USERSPACE=%s means %s networking", (text, networking) => {
  expect(readSettings({ TS_USERSPACE: text }).networking).toBe(networking);
});

test.each(["--ssh", "--advertise-routes=10.0.0.0/8", "--advertise-exit-node"])("%s takes shields down", (flag) => {
  expect(readSettings({ TS_EXTRA_ARGS: flag }).shieldsUp).toBe(false);
  expect(readSettings({ TS_EXTRA_ARGS: `${flag} --shields-up=false` }).shieldsUp).toBe(false);
  const [name] = flag.split("=");
  expect(() => readSettings({ TS_EXTRA_ARGS: `--shields-up ${flag}` })).toThrow(
    `TS_EXTRA_ARGS must not contain both --shields-up and ${name}: shields refuse every connection from the tailnet.`,
  );
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

test("flags take precedence over variables with the same meaning", () => {
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

test.each([
  [{ TS_SOCKS5_SERVER: "none" }, "localhost:8080", "localhost:8080"],
  [{ TS_OUTBOUND_HTTP_PROXY_LISTEN: "none" }, "localhost:1080", "localhost:1080"],
  [{ TS_SOCKS5_SERVER: "none", TS_OUTBOUND_HTTP_PROXY_LISTEN: "none" }, "", ""],
  [{ TS_TAILSCALED_EXTRA_ARGS: "--socks5-server=", TS_OUTBOUND_HTTP_PROXY_LISTEN: "none" }, "", ""],
])("a host may leave proxies out: %j", (env, socks5Server, httpProxy) => {
  expect(readSettings(env)).toMatchObject({ socks5Server, httpProxy });
});

test("proxies listen on loopback unless others are allowed to use them", () => {
  const open = { TS_SOCKS5_SERVER: "0.0.0.0:1080" };
  const flag = { TS_TAILSCALED_EXTRA_ARGS: "--outbound-http-proxy-listen=[::]:8080" };
  expect(() => readSettings(open)).toThrow(
    'The SOCKS5 proxy must listen on a loopback address, but "0.0.0.0:1080" was',
  );
  expect(() => readSettings(flag)).toThrow('The HTTP proxy must listen on a loopback address, but "[::]:8080" was');
  const allowed = { TS_ALLOW_REMOTE_CLIENTS: "true" };
  expect(readSettings({ ...open, ...flag, ...allowed })).toMatchObject({
    socks5Server: "0.0.0.0:1080",
    httpProxy: "[::]:8080",
  });
  expect(readSettings({ TS_SOCKS5_SERVER: "127.3.2.1:1", TS_OUTBOUND_HTTP_PROXY_LISTEN: "[::1]:1" }).forwards).toEqual(
    [],
  );
});

test.each([
  ["db:5432", "TS_FORWARDS[0] must be PORT:HOST:PORT, such as 15432:db:5432"],
  ["1:db:2,70000:db:5432", "TS_FORWARDS[1] must be PORT:HOST:PORT"],
  ["15432:db", "TS_FORWARDS[0] must be PORT:HOST:PORT"],
  ["15432:db:5432,15432:web:80", "TS_FORWARDS must not use port 15432 twice."],
  ["8080:db:5432", "TS_FORWARDS must not use port 8080, on which one of the proxies listens."],
])("%s is no list of forwards", (TS_FORWARDS, problem) => {
  expect(() => readSettings({ TS_FORWARDS })).toThrow(problem);
});

test("a malformed value, of an alias too, is an error in one sentence", () => {
  expect(() => readSettings({ TS_BOOT_TIMEOUT: "soon" })).toThrow(
    new SettingsError('TS_BOOT_TIMEOUT must be a duration above zero such as 60s or 1m30s, but "soon" was given.'),
  );
  expect(() => readSettings({ TS_LOGIN_SERVER: "x" })).toThrow(/^TS_LOGIN_SERVER must be an http/);
});

describe("the credential", () => {
  test.each([
    [{}, { credential: "none" }],
    [{ TS_CLIENT_ID: "k1" }, { credential: "federated", clientId: "k1" }],
    [
      { TS_CLIENT_ID: "k1", TS_ID_TOKEN: "file:/run/token" },
      { credential: "federated", idToken: "file:/run/token" },
    ],
    [
      { TS_OAUTH_CLIENT_SECRET: "s", TS_OAUTH_CLIENT_ID: "k1" },
      { credential: "oauth", oauthClientId: "k1", oauthClientSecret: "s" },
    ],
    [{ TS_CLIENT_SECRET: "s" }, { credential: "oauth", oauthClientId: "", oauthClientSecret: "s" }],
    // The pair of containerboot.
    [
      { TS_CLIENT_ID: "k1", TS_CLIENT_SECRET: "s" },
      { credential: "oauth", oauthClientId: "k1", oauthClientSecret: "s", clientId: "" },
    ],
    [
      { TS_CLIENT_ID: "k1", TS_OAUTH_CLIENT_SECRET: "s" },
      { credential: "oauth", oauthClientId: "k1" },
    ],
    [
      { TS_CLIENT_ID: "k1", TS_OAUTH_CLIENT_ID: "k1", TS_CLIENT_SECRET: "s" },
      { credential: "oauth", oauthClientId: "k1" },
    ],
    [{ TS_AUTH_KEY: "a" }, { credential: "authkey", authKey: "a" }],
    [{ TS_CLIENT_ID: "", TS_AUTHKEY: "a" }, { credential: "authkey" }],
  ])("%j is %j", (env, settings) => {
    expect(readSettings(env)).toMatchObject(settings);
  });

  test.each([
    [{ TS_CLIENT_ID: "k1", TS_CLIENT_SECRET: "s", TS_ID_TOKEN: "a.b.c" }, ["TS_CLIENT_SECRET", "TS_ID_TOKEN"]],
    [
      { TS_CLIENT_ID: "k1", TS_OAUTH_CLIENT_ID: "k2", TS_OAUTH_CLIENT_SECRET: "s" },
      ["TS_OAUTH_CLIENT_ID", "TS_CLIENT_ID"],
    ],
  ])("%j is refused", (env, [one, other]) => {
    const message = `${one} and ${other} cannot both be set. Unset the one you don't use.`;
    expect(() => readSettings(env)).toThrow(new SettingsError(message));
  });

  test.each([
    [{ TS_OAUTH_CLIENT_SECRET: "s", TS_AUTHKEY: "a" }, "oauth", ["TS_AUTHKEY", "TS_OAUTH_CLIENT_SECRET"]],
    [{ TS_CLIENT_SECRET: "s", TS_AUTH_KEY: "a" }, "oauth", ["TS_AUTH_KEY", "TS_CLIENT_SECRET"]],
    [{ TS_CLIENT_ID: "k1", TS_AUTH_KEY: "a" }, "federated", ["TS_AUTH_KEY", "TS_CLIENT_ID"]],
  ])("%j joins by %s, and one line says that the key is not used", (env, credential, [key, used]) => {
    const note = `${key} is not used, because ${used} is set. Unset it when you no longer need it.`;
    expect(readSettings(env)).toMatchObject({ credential, notes: [note] });
  });

  test("an identity token without the identity is refused", () => {
    expect(() => readSettings({ TS_ID_TOKEN: "a.b.c" })).toThrow(
      new SettingsError("TS_ID_TOKEN is set but TS_CLIENT_ID is not. Set it to the ID of the federated identity."),
    );
  });
});

test("TS_ACCEPT_DNS is read, and the flag takes precedence", () => {
  expect(readSettings({ TS_ACCEPT_DNS: "false" }).acceptDns).toBe(false);
  expect(readSettings({ TS_ACCEPT_DNS: "false", TS_EXTRA_ARGS: "--accept-dns" }).acceptDns).toBe(true);
  expect(readSettings({ TS_ACCEPT_DNS: "true", TS_EXTRA_ARGS: "--accept-dns=false" }).acceptDns).toBe(false);
});

test.each(["TS_TRACE", "TRACE"])("%s switches the trace on, whatever it says but no", (name) => {
  for (const on of ["true", "1", "yes", "on", "x", "debug", "TRUE"]) {
    expect({ on, trace: readSettings({ [name]: on }).trace }).toEqual({ on, trace: true });
  }
  for (const off of ["", " ", "0", "false", "no", "off", "False", "NO", "Off\n"]) {
    expect({ off, trace: readSettings({ [name]: off }).trace }).toEqual({ off, trace: false });
  }
});

test("what pasting and files put around a value does not count", () => {
  const settings = readSettings({
    TS_OAUTH_CLIENT_ID: "\tk1 ",
    TS_OAUTH_CLIENT_SECRET: "\ufeff s\r\n",
    TS_AUTHKEY: " \n",
    TS_BOOT_TIMEOUT: " 90s\n",
    TS_WAIT_FOR: "\n db:5432 ,\n git:22\n",
    TS_OAUTH_TAGS: "\u00a0tag:a,tag:b\n",
    TS_CONTROL_URL: "https://control.test\n",
    TRACE: "\n",
  });
  expect(settings).toMatchObject({
    oauthClientId: "k1",
    oauthClientSecret: "s",
    bootTimeoutMs: 90_000,
    waitFor: [
      { host: "db", port: 5432 },
      { host: "git", port: 22 },
    ],
    tags: ["tag:a", "tag:b"],
    controlUrl: "https://control.test",
    trace: false,
    notes: [],
  });
});

describe("attributes of credentials", () => {
  test.each([
    ["s", { ephemeral: true, preauthorized: true, apiUrl: "https://api.tailscale.com" }],
    ["s?", { ephemeral: true, preauthorized: true }],
    ["s?ephemeral=true&preauthorized=true", { ephemeral: true, preauthorized: true }],
    ["s?ephemeral=false", { ephemeral: false, preauthorized: true }],
    ["s?preauthorized=0&ephemeral=T", { ephemeral: true, preauthorized: false }],
    ["s?ephemeral=false&ephemeral=true", { ephemeral: false }],
    ["s?baseURL=https://api.test/", { ephemeral: true, apiUrl: "https://api.test" }],
    ["s?baseURL=http%3A%2F%2F127.0.0.1%3A8080", { apiUrl: "http://127.0.0.1:8080" }],
  ])("the secret %j means %j", (secret, settings) => {
    expect(readSettings({ TS_OAUTH_CLIENT_SECRET: secret })).toMatchObject({ credential: "oauth", ...settings });
  });

  test("those of a client ID are taken off it, and a missing one has its usual value", () => {
    expect(readSettings({ TS_CLIENT_ID: "k1?ephemeral=false&preauthorized=true" })).toMatchObject({
      clientId: "k1",
      ephemeral: false,
      preauthorized: true,
    });
    expect(readSettings({ TS_CLIENT_ID: "k1?preauthorized=false" })).toMatchObject({
      clientId: "k1",
      ephemeral: true,
      preauthorized: false,
    });
    expect(readSettings({ TS_CLIENT_ID: "k1?ephemeral=false", TS_CLIENT_SECRET: "s?ephemeral=true" })).toMatchObject({
      oauthClientId: "k1",
      ephemeral: true,
    });
  });

  test("baseURL takes the place of a control server that no secret may be sent to", () => {
    const control = { TS_CONTROL_URL: "http://10.0.0.1" };
    expect(readSettings({ ...control, TS_CLIENT_SECRET: "s?baseURL=https://api.test" }).apiUrl).toBe(
      "https://api.test",
    );
    expect(() => readSettings({ ...control, TS_CLIENT_SECRET: "s?ephemeral=true" })).toThrow(/^TS_API_URL defaults/);
  });

  test.each([
    ["s?reusable=true", 'must not have the attribute "reusable": known are ephemeral, preauthorized, baseURL'],
    ["s?ephemeral", "must have ephemeral=true or ephemeral=false"],
    ["s?preauthorized=maybe", "must have preauthorized=true or preauthorized=false"],
    [
      "s?baseURL=http://api.test",
      "must have a valid baseURL: it must be an https:// URL: plain http is for loopback addresses only",
    ],
    ["s?baseURL=%zz", "must have a valid baseURL: it must be an https:// URL of a server, without a path"],
    ["s?tskey-auth-k1-abc=1", 'must not have the attribute "[secret]": known are ephemeral, preauthorized, baseURL'],
  ])("%j is refused by name: %s", (secret, problem) => {
    const message = `TS_OAUTH_CLIENT_SECRET ${problem}.`;
    expect(() => readSettings({ TS_OAUTH_CLIENT_SECRET: secret })).toThrow(new SettingsError(message));
  });
});

describe("the API", () => {
  const oauth = { TS_OAUTH_CLIENT_SECRET: "s" };

  test.each([
    [{}, "https://api.tailscale.com"],
    [{ TS_CONTROL_URL: "https://controlplane.tailscale.com" }, "https://api.tailscale.com"],
    [{ TS_LOGIN_SERVER: "https://controlplane.tailscale.com/" }, "https://api.tailscale.com"],
    [{ TS_CONTROL_URL: "https://headscale.test" }, "https://headscale.test"],
    [{ TS_CONTROL_URL: "http://127.0.0.1:8080" }, "http://127.0.0.1:8080"],
    [{ TS_CONTROL_URL: "http://10.0.0.1", TS_API_URL: "https://api.test" }, "https://api.test"],
  ])("of %j is %s", (env, url) => {
    expect(readSettings({ ...oauth, ...env }).apiUrl).toBe(url);
  });

  test.each([{ TS_CONTROL_URL: "http://10.0.0.1:8080" }, { TS_EXTRA_ARGS: "--login-server=http://10.0.0.1:8080" }])(
    "gets no secret by plain http, also where %j is its address",
    (env) => {
      const message =
        "TS_API_URL defaults to the control server http://10.0.0.1:8080, but it must be an https:// URL: plain http is " +
        "for loopback addresses only.";
      expect(() => readSettings({ ...oauth, ...env })).toThrow(new SettingsError(message));
      expect(() => readSettings({ TS_CLIENT_ID: "k", ...env })).toThrow(new SettingsError(message));
      expect(readSettings({ TS_AUTHKEY: "a", ...env }).controlUrl).toBe("http://10.0.0.1:8080");
    },
  );
});

test.each([
  [{ TS_AUTHKEY: "tskey-client-k-s" }, /^TS_AUTHKEY must be an auth key: .+ TS_OAUTH_CLIENT_SECRET\.$/],
  [{ TS_OAUTH_CLIENT_SECRET: "tskey-auth-k-s" }, /^TS_OAUTH_CLIENT_SECRET must be the secret .+ TS_AUTHKEY\.$/],
])("a secret in the wrong variable is reported, and not shown", (env, message) => {
  expect(() => readSettings(env)).toThrow(message);
});
