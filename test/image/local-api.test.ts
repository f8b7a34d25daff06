// SPDX-License-Identifier: Apache-2.0
import { localApi } from "../../image/spacetail/tailnet/local-api.js";
import { memoryConnection } from "../native/parsers/memory.js";
import { fakeTailscaled } from "./fake-tailscaled.js";

const STATUS = JSON.stringify({ BackendState: "Running", MagicDNSSuffix: "tail.test", Peer: null });

test("calls are requests with the paths and bodies of tailscaled's LocalAPI", async () => {
  const pong = JSON.stringify({ Err: "", LatencySeconds: 0.002 });
  const { api, requests } = fakeTailscaled((_, path) => (path.startsWith("status") ? STATUS : pong));
  const prefs = {
    ControlURL: "https://control.test",
    WantRunning: true,
    RouteAll: false,
    CorpDNS: true,
    ShieldsUp: true,
    RunSSH: false,
    AdvertiseRoutes: [],
    AdvertiseTags: [],
    ExitNodeAllowLANAccess: false,
    NetfilterMode: 0,
    Hostname: "n\u00f6de",
  };
  expect((await api.status(1000)).BackendState).toBe("Running");
  expect((await api.statusWithoutPeers(1000)).MagicDNSSuffix).toBe("tail.test");
  await api.start({ AuthKey: "tskey-auth-k", UpdatePrefs: prefs }, 1000);
  await api.loginInteractive(1000);
  await api.editPrefs({ ExitNodeID: "n1", ExitNodeIDSet: true }, 1000);
  await api.logout(1000);
  expect(await api.ping("fd7a::1", "TSMP", 1000)).toEqual({ Err: "", LatencySeconds: 0.002 });
  expect(requests).toEqual([
    "GET status",
    "GET status?peers=false",
    `POST start ${JSON.stringify({ AuthKey: "tskey-auth-k", UpdatePrefs: prefs })}`,
    "POST login-interactive",
    'PATCH prefs {"ExitNodeID":"n1","ExitNodeIDSet":true}',
    "POST logout",
    "POST ping?ip=fd7a%3A%3A1&type=TSMP",
  ]);
});

test("a refused call is an error that quotes tailscaled", async () => {
  const { api } = fakeTailscaled(() => ({ status: 403, body: "access denied\n" }));
  await expect(api.logout(1000)).rejects.toThrow('tailscaled refused "logout" (403: access denied).');
  await expect(api.statusWithoutPeers(1000)).rejects.toThrow('tailscaled refused "status" (403: access denied).');
  expect(await api.ping("100.64.0.1", "disco", 1000)).toBeNull();
});

test("a head that does not end is an error, however much more comes", async () => {
  const chunks = ["HTTP/1.0 200 OK\r\n", ...Array.from({ length: 20 }, () => "X: 1\r\n".repeat(1000))];
  const api = localApi(async () => memoryConnection(chunks.map((text) => Buffer.from(text))).connection, "/s");
  const message = "the head of tailscaled's answer is too long";
  await expect(api.status(60_000)).rejects.toThrow(message);
  await expect((await api.watchBus()).next(60_000)).rejects.toThrow(message);
});

test("a call that takes too long is an error, a ping is none", async () => {
  const { api } = fakeTailscaled(() => null);
  await expect(api.status(10)).rejects.toThrow('tailscaled did not answer "status" in time.');
  expect(await api.ping("100.64.0.1", "disco", 10)).toBeNull();
  expect((await api.dial({ host: "db", port: 1 }, 10)).result).toBe("timeout");
});

test.each([
  [{ status: 101, body: "" }, "connected"],
  [{ status: 200, headers: "Dial-Self: true\r\nDial-Addr: 10.0.0.1:1\r\n", body: "" }, "not-on-tailnet"],
  [{ status: 502, body: "resolve failure: no such host\n" }, "unresolved"],
])("a dial that is answered with %j is %s", async (reply, result) => {
  const { api, requests } = fakeTailscaled(() => reply);
  expect((await api.dial({ host: "db", port: 5432 }, 1000)).result).toBe(result);
  expect(requests).toEqual(["POST dial"]);
});

test("the bus is read message by message, to its end", async () => {
  const { api, requests } = fakeTailscaled(() => '{"State":2}\n{"State":6,"ErrMessage":null}\n');
  const bus = await api.watchBus();
  expect(await bus.next(1000)).toEqual({ State: 2 });
  expect(await bus.next(1000)).toEqual({ State: 6, ErrMessage: null });
  expect(await bus.next(1000)).toBeNull();
  expect(requests).toEqual(["GET watch-ipn-bus?mask=2"]);
});

test("a message that is late is there for the next call", async () => {
  let answer = (_: string): void => {};
  const late = new Promise<string>((resolve) => {
    answer = resolve;
  });
  const { api } = fakeTailscaled(() => late);
  const bus = await api.watchBus();
  expect(await bus.next(10)).toBeNull();
  answer('{"State":6}\n');
  expect(await bus.next(60_000)).toEqual({ State: 6 });
});

test("nobody on the socket is an error of the connection", async () => {
  const api = localApi(async () => {
    throw new Error("connect /s: ENOENT");
  }, "/s");
  await expect(api.status(1000)).rejects.toThrow("connect /s: ENOENT");
});
