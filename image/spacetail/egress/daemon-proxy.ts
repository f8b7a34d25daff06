// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { errorMessage } from "../errors/failure.js";
import { printable } from "../errors/printable.js";
import type { Connection, Net } from "../platform/net.js";
import { deadlineIn, limited, within } from "../process/clock.js";
import type { Egress, Outlet } from "./egress.js";
import { proxyAuthorization } from "./proxy-dial.js";
import { type ProxyRequest, parseProxyRequest } from "./proxy-request.js";
import { readerOf } from "./reader.js";
import { proxyFor } from "./upstream.js";

/** How long tailscaled may take to send a request, and the proxy to connect it. Milliseconds. */
const REQUEST_MS = 10_000;
const CONNECT_MS = 30_000;

const MAX_HEAD = 65_536;

/** A proxy for tailscaled alone. */
export interface DaemonProxy {
  /** Its URL, with a password that only this process knows. */
  readonly url: string;
  readonly close: () => void;
}

/**
 * Opens the proxy that tailscaled is to use for its control server and relays when the run itself has one. It passes
 * everything on to the run's proxy.
 *
 * tailscaled could use some of those proxies itself. But it writes their passwords to its log, it knows no SOCKS5 for
 * its relays, and its environment could be read for as long as it runs. Source: tailscale.com v1.102.3,
 * net/tshttpproxy/tshttpproxy.go and derp/derphttp/derphttp_client.go.
 */
export async function openDaemonProxy(net: Net, egress: Egress): Promise<DaemonProxy> {
  const password = readFileSync("/proc/sys/kernel/random/uuid", "utf8").trim();
  const authorization = `Basic ${Buffer.from(`tailscaled:${password}`).toString("base64")}`;
  const listener = await net.listen("127.0.0.1", 0, (client) => {
    serve(client, egress, authorization).then(
      () => client.close(),
      () => client.close(),
    );
  });
  return { url: `http://tailscaled:${password}@127.0.0.1:${listener.port}`, close: () => listener.close() };
}

async function serve(client: Connection, egress: Egress, authorization: string): Promise<void> {
  const reader = readerOf(client);
  const head = await limited(reader.head(MAX_HEAD), REQUEST_MS, "no request");
  const request = parseProxyRequest(head.toString("latin1"));
  if (request === null) return await answer(client, "400 Bad Request");
  // Other programs of this machine could otherwise use the run's proxy without knowing its password.
  if (request.authorization !== authorization) return await answer(client, "407 Proxy Authentication Required");
  let outlet: Outlet;
  try {
    outlet = request.connect ? await connect(client, egress, request) : await pass(egress, request);
  } catch (error) {
    // tailscaled repeats the reason phrase as the reason why it cannot reach its control server.
    return await answer(client, `502 ${printable(errorMessage(error))}`);
  }
  const rest = reader.rest();
  if (rest.length > 0) await outlet.connection.write(rest);
  await new Promise<void>((resolve) => egress.relay(client, outlet, () => resolve()));
}

async function connect(client: Connection, egress: Egress, { host, port }: ProxyRequest): Promise<Outlet> {
  const outlet = await egress.connect(host, port, false, deadlineIn(CONNECT_MS));
  await client.write(Buffer.from("HTTP/1.1 200 OK\r\n\r\n"));
  return outlet;
}

/** Sends on the head of a request of plain HTTP; whatever follows it belongs to it. */
async function pass(egress: Egress, request: ProxyRequest): Promise<Outlet> {
  const { host, port } = request;
  const deadline = deadlineIn(CONNECT_MS);
  const proxy = proxyFor(egress.upstream, host, port, true);
  if (proxy === null || proxy.scheme === "socks5") {
    const outlet = await egress.connect(host, port, true, deadline);
    await outlet.connection.write(Buffer.from(`${single(request.origin)}\r\n`));
    return outlet;
  }
  const outlet = await egress.connectTo(proxy, deadline);
  const login = proxyAuthorization(proxy);
  const header = login === "" ? "" : `Proxy-Authorization: ${login}\r\n`;
  await outlet.connection.write(Buffer.from(`${single(request.absolute)}${header}\r\n`));
  return outlet;
}

/** A head whose connection serves this request only, as the next one may be for another server. */
function single(head: string): string {
  const lines = head.split("\r\n");
  const isUpgrade = lines.some((line) => line.toLowerCase().startsWith("upgrade:"));
  if (isUpgrade) return head;
  return `${lines.filter((line) => !line.toLowerCase().startsWith("connection:")).join("\r\n")}Connection: close\r\n`;
}

async function answer(client: Connection, status: string): Promise<void> {
  await client.write(Buffer.from(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`));
  client.end();
  // Without a read, what the client still sends would reset the connection before the answer is read.
  await within(client.read(), 1000);
}
