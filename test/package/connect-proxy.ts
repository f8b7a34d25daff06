// SPDX-License-Identifier: Apache-2.0
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

/** A proxy on loopback that sends one host to a port of this machine, and all others where they are. */
export class ConnectProxy {
  readonly #sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async start(host: string, port: number): Promise<ConnectProxy> {
    const server = createServer();
    const proxy = new ConnectProxy(server);
    server.on("connection", (socket) => proxy.keep(socket));
    server.on("connect", (request, client: Socket) => {
      const target = new URL(`http://${request.url}`);
      const [to, at] = target.hostname === host ? ["127.0.0.1", port] : [target.hostname, Number(target.port || 80)];
      const upstream = connect(at, to, () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        client.pipe(upstream).pipe(client);
      });
      proxy.keep(upstream);
      upstream.on("error", () => client.destroy());
      client.on("error", () => upstream.destroy());
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const ended = new Promise((done) => this.server.close(done));
    for (const socket of this.#sockets) socket.destroy();
    await ended;
  }

  private keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }
}
