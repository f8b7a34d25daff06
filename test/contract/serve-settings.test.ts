// SPDX-License-Identifier: Apache-2.0
import { readServeSettings } from "../../contract/wire/serve-settings.js";
import { SettingsError } from "../../contract/wire/settings.js";

test("an empty environment means a node whose state is in memory", () => {
  const { settings, ...others } = readServeSettings({}, []);
  expect(others).toEqual({
    stateDir: "",
    keepsState: false,
    logsOut: true,
    authOnce: false,
    healthCheck: false,
    metrics: false,
    showsDaemonLog: true,
    localAddress: { host: "::", port: 9002 },
    given: { acceptDns: null, acceptRoutes: null, shieldsUp: null, hostname: null },
  });
  expect(settings).toMatchObject({ ephemeral: true, shieldsUp: true, credential: "none" });
});

test("every variable is read", () => {
  const { settings, ...others } = readServeSettings(
    {
      TS_STATE_DIR: "/var/lib/tailscale",
      TS_AUTH_ONCE: "true",
      TS_ENABLE_HEALTH_CHECK: "1",
      TS_ENABLE_METRICS: "t",
      TS_SHOW_DAEMON_LOG: "false",
      TS_LOCAL_ADDR_PORT: "127.0.0.1:9100",
      TS_EXTRA_ARGS: "--accept-routes --shields-up=false --hostname=box",
      TS_ACCEPT_DNS: "false",
    },
    [],
  );
  expect(others).toEqual({
    stateDir: "/var/lib/tailscale",
    keepsState: true,
    logsOut: false,
    authOnce: true,
    healthCheck: true,
    metrics: true,
    showsDaemonLog: false,
    localAddress: { host: "127.0.0.1", port: 9100 },
    given: { acceptDns: false, acceptRoutes: true, shieldsUp: false, hostname: "box" },
  });
  expect(settings).toMatchObject({ ephemeral: false, shieldsUp: false });
});

test.each([
  [{}, ["--state=/home/coder/.config/tailscaled.state"], true],
  [{}, ["-statedir", "/var/lib/tailscale"], true],
  [{ TS_TAILSCALED_EXTRA_ARGS: "--state /var/lib/state" }, [], true],
  [{}, ["--state=mem:"], false],
  [{ TS_STATE_DIR: "/var/lib/tailscale" }, ["--state=mem:"], true],
])("%j with %j keeps its state: %s", (env, args, keepsState) => {
  expect(readServeSettings(env, args)).toMatchObject({ keepsState, settings: { ephemeral: !keepsState } });
});

test("TS_LOGOUT_AT_STOP gives up a node whose state is kept", () => {
  const env = { TS_STATE_DIR: "/app/.local/share/tailscale", TS_LOGOUT_AT_STOP: "true" };
  expect(readServeSettings(env, [])).toMatchObject({ keepsState: true, logsOut: true, settings: { ephemeral: false } });
});

test("what the secret of the OAuth client says about the node takes precedence", () => {
  const TS_CLIENT_SECRET = "tskey-client-k1-s?ephemeral=true";
  const { settings } = readServeSettings({ TS_STATE_DIR: "/var/lib/tailscale", TS_CLIENT_SECRET }, []);
  expect(settings.ephemeral).toBe(true);
});

test("arguments are flags of tailscaled, and --socket is TS_SOCKET", () => {
  const args = ["--socket", "/run/t.sock", "--port", "0", "--socks5-server=localhost:1081", "-verbose=1"];
  const { settings } = readServeSettings({ TS_TAILSCALED_EXTRA_ARGS: "--no-logs-no-support", TS_SOCKET: "/own" }, args);
  expect(settings).toMatchObject({
    socket: "/run/t.sock",
    socks5Server: "localhost:1081",
    tailscaledArgs: ["--no-logs-no-support", "--port", "0", "-verbose=1"],
  });
  expect(readServeSettings({}, ["-socket=/run/t.sock"]).settings.socket).toBe("/run/t.sock");
});

test.each([
  [{ TS_STATE_DIR: "state" }, [], 'TS_STATE_DIR must be an absolute path without blanks, but "state" was given.'],
  [{ TS_STATE_DIR: "/a b" }, [], 'TS_STATE_DIR must be an absolute path without blanks, but "/a b" was given.'],
  [{ TS_AUTH_ONCE: "once" }, [], 'TS_AUTH_ONCE must be true or false, but "once" was given.'],
  [{ TS_ENABLE_METRICS: "on" }, [], 'TS_ENABLE_METRICS must be true or false, but "on" was given.'],
  [{ TS_LOCAL_ADDR_PORT: "box:9002" }, [], "TS_LOCAL_ADDR_PORT must be an IP address and a port, such as [::]:9002 or"],
  [{ TS_LOCAL_ADDR_PORT: "9002" }, [], "TS_LOCAL_ADDR_PORT must be an IP address and a port"],
  [
    { TS_KUBE_SECRET: "state" },
    [],
    "TS_KUBE_SECRET is not supported: spacetail keeps its state in a directory. Set TS_STATE",
  ],
  [{}, ["forever"], "`spacetail serve` takes only flags of tailscaled, as in `spacetail serve --statedir=/var/lib/"],
  [{}, ["--state=/a b"], "The arguments of `spacetail serve` must be flags of tailscaled, without blanks."],
  [{}, ["--socket=t.sock"], 'TS_SOCKET must be an absolute path, but "t.sock" was given.'],
  [{}, ["--socks5-server=0.0.0.0:1080"], "The SOCKS5 proxy must listen on a loopback address"],
])("%j with %j is refused", (env, args, message) => {
  expect(() => readServeSettings(env, args)).toThrow(SettingsError);
  expect(() => readServeSettings(env, args)).toThrow(message);
});

test("a secret of Kubernetes does no harm beside a directory", () => {
  expect(readServeSettings({ TS_KUBE_SECRET: "state", TS_STATE_DIR: "/state" }, []).keepsState).toBe(true);
});
