// SPDX-License-Identifier: Apache-2.0
import { createServer, type IncomingMessage, type RequestOptions, request, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** A proxy such as networks have whose only way out it is. */
export interface TestProxy {
  readonly port: number;
  /** Every destination it was asked for and what became of it: `CONNECT name:443 200`, `GET http://name/ 407`. */
  readonly log: string[];
  readonly close: () => Promise<void>;
}

export interface ProxyOptions {
  /** The names that it knows, and no resolver does, with the address behind each. */
  readonly names: Readonly<Record<string, string>>;
  /** `user:password`; by default it takes everybody. */
  readonly login?: string;
  /** Destinations that it refuses. */
  readonly refused?: readonly string[];
  /** Key and certificate if it takes TLS only. */
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer };
}

/** A proxy for HTTP: CONNECT, and requests for absolute URLs with upgrades. */
export async function startHttpProxy(options: ProxyOptions): Promise<TestProxy> {
  const log: string[] = [];
  const status = (message: IncomingMessage, host: string): number => {
    const wanted = options.login === undefined ? "" : `Basic ${Buffer.from(options.login).toString("base64")}`;
    if ((message.headers["proxy-authorization"] ?? "") !== wanted) return 407;
    return options.refused?.includes(host) === true ? 403 : 200;
  };
  const decide = (message: IncomingMessage, host: string): number => {
    const code = status(message, host);
    log.push(`${message.method} ${message.url} ${code}`);
    return code;
  };
  const handler = (message: IncomingMessage, reply: ServerResponse): void => {
    const url = new URL(message.url ?? "");
    const code = decide(message, url.hostname);
    if (code !== 200) return void reply.writeHead(code).end();
    const onward = request(forwarded(options, message, url), (answer) => {
      reply.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(reply);
    });
    onward.on("error", () => reply.destroy());
    message.pipe(onward);
  };
  const server = options.tls === undefined ? createServer(handler) : createTlsServer(options.tls, handler);
  server.on("connect", (message: IncomingMessage, client: Duplex, early: Buffer) => {
    const target = new URL(`http://${message.url}`);
    const code = decide(message, target.hostname);
    if (code !== 200) return void client.end(`HTTP/1.1 ${code} ${code === 407 ? "Who are you" : "Not you"}\r\n\r\n`);
    splice(options, target.hostname, Number(target.port === "" ? 80 : target.port), client, early, () =>
      client.write("HTTP/1.1 200 OK\r\n\r\n"),
    );
  });
  server.on("upgrade", (message: IncomingMessage, client: Duplex, early: Buffer) => {
    const url = new URL(message.url ?? "");
    const code = decide(message, url.hostname);
    if (code !== 200) return void client.end(`HTTP/1.1 ${code} No\r\nContent-Length: 0\r\n\r\n`);
    const onward = request(forwarded(options, message, url));
    onward.on("error", () => client.destroy());
    onward.on("upgrade", (answer, socket: Duplex, first: Buffer) => {
      client.write(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${headersOf(answer)}\r\n`);
      client.write(first);
      join(client, socket);
    });
    onward.end(early);
  });
  return await listening(server, log);
}

/** A proxy for SOCKS5. */
export async function startSocksProxy(options: ProxyOptions): Promise<TestProxy> {
  const log: string[] = [];
  const server = createTcpServer((client) => {
    serveSocks(client, options, log).catch(() => client.destroy());
  });
  return await listening(server, log);
}

async function serveSocks(client: Socket, options: ProxyOptions, log: string[]): Promise<void> {
  const take = reader(client);
  const [, count = 0] = await take(2);
  const offered = await take(count);
  const method = options.login === undefined ? 0 : 2;
  if (!offered.includes(method)) return void client.end(Buffer.from([5, 255]));
  client.write(Buffer.from([5, method]));
  if (method === 2) {
    const [, length = 0] = await take(2);
    const user = (await take(length)).toString();
    const password = (await take((await take(1))[0] ?? 0)).toString();
    const isKnown = `${user}:${password}` === options.login;
    client.write(Buffer.from([1, isKnown ? 0 : 1]));
    if (!isKnown) return void client.end();
  }
  const [, , , kind = 0] = await take(4);
  const length = kind === 1 ? 4 : kind === 4 ? 16 : ((await take(1))[0] ?? 0);
  const address = await take(length);
  const port = (await take(2)).readUInt16BE();
  const host = kind === 3 ? address.toString() : kind === 1 ? [...address].join(".") : `[${address.toString("hex")}]`;
  const isRefused = options.refused?.includes(host) === true;
  log.push(`SOCKS ${host}:${port} ${isRefused ? 2 : 0}`);
  const answer = (code: number): Buffer => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
  if (isRefused) return void client.end(answer(2));
  splice(options, host, port, client, take.rest(), () => client.write(answer(0)));
}

function reader(socket: Socket): ((count: number) => Promise<Buffer>) & { rest: () => Buffer } {
  let buffered = Buffer.alloc(0);
  let wake = (): void => {};
  const onData = (data: Buffer): void => {
    buffered = Buffer.concat([buffered, data]);
    wake();
  };
  socket.on("data", onData);
  const take = async (count: number): Promise<Buffer> => {
    while (buffered.length < count) await new Promise<void>((resolve) => (wake = resolve));
    const taken = buffered.subarray(0, count);
    buffered = buffered.subarray(count);
    return taken;
  };
  const rest = (): Buffer => {
    socket.off("data", onData);
    return buffered;
  };
  return Object.assign(take, { rest });
}

function splice(
  { names }: ProxyOptions,
  host: string,
  port: number,
  client: Duplex,
  early: Buffer,
  ready: () => void,
): void {
  const onward = connect({ host: names[host] ?? host, port, allowHalfOpen: true }, () => {
    ready();
    onward.write(early);
    join(client, onward);
  });
  onward.on("error", () => client.destroy());
}

function join(a: Duplex, b: Duplex): void {
  a.on("error", () => b.destroy());
  b.on("error", () => a.destroy());
  a.on("close", () => b.destroy());
  b.on("close", () => a.destroy());
  a.pipe(b);
  b.pipe(a);
}

function forwarded({ names }: ProxyOptions, message: IncomingMessage, url: URL): RequestOptions {
  const { "proxy-authorization": _, ...headers } = message.headers;
  const { method = "GET" } = message;
  return {
    host: names[url.hostname] ?? url.hostname,
    port: Number(url.port === "" ? "80" : url.port),
    method,
    path: url.pathname + url.search,
    headers,
  };
}

function headersOf(answer: IncomingMessage): string {
  let text = "";
  for (let i = 0; i < answer.rawHeaders.length; i += 2)
    text += `${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}\r\n`;
  return text;
}

async function listening(server: Server, log: string[]): Promise<TestProxy> {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    log,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
