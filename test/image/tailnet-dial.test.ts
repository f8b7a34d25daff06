// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeNet } from "../../image/spacetail/platform/net-node.js";
import { tailnetDialer } from "../../image/spacetail/tailnet/dial.js";

describe("a connection through tailscaled", () => {
  let folder: string;
  let server: Server | undefined;
  const asked: string[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dial-"));
    asked.length = 0;
  });
  afterEach(async () => {
    await new Promise((resolve) => server?.close(resolve));
    rmSync(folder, { recursive: true });
  });

  /** A LocalAPI that has these calls. */
  async function tailscaled(...calls: string[]): Promise<string> {
    const socket = join(folder, "s");
    server = createServer((client) => {
      client.once("data", (data) => {
        const path = (data.toString().split(" ")[1] ?? "").slice("/localapi/v0/".length);
        asked.push(path);
        const body = "404 page not found\n";
        const none = `HTTP/1.1 404 Not Found\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
        client.write(calls.includes(path) ? "HTTP/1.1 101 Switching Protocols\r\n\r\nhello" : none);
      });
    });
    await new Promise<void>((resolve) => server?.listen(socket, resolve));
    return socket;
  }

  const target = { host: "100.64.0.2", port: 80 };

  test("is made by the call of the runner image", async () => {
    const dial = tailnetDialer(nodeNet(), await tailscaled("dial", "spacetail-dial"));
    const { result, connection, early } = await dial(target, 60_000, false);
    expect([result, early.toString(), asked]).toEqual(["connected", "hello", ["spacetail-dial"]]);
    connection?.close();
  });

  test("is made by tailscaled's own call if there is no other, which is asked for once", async () => {
    const dial = tailnetDialer(nodeNet(), await tailscaled("dial"));
    for (let i = 0; i < 2; i += 1) {
      const { result, connection } = await dial(target, 60_000, false);
      expect(result).toBe("connected");
      connection?.close();
    }
    expect(asked).toEqual(["spacetail-dial", "dial", "dial"]);
  });

  test("of a client is tailscaled's alone where the client can be handed over", async () => {
    const net = { ...nodeNet(), canHandOver: true };
    const own = ["spacetail-dial", "spacetail-handover"];
    const dial = tailnetDialer(net, await tailscaled("dial", ...own));
    for (const forClient of [true, false]) {
      const { takesClient, connection } = await dial(target, 60_000, forClient);
      expect(takesClient).toBe(forClient);
      connection?.close();
    }
    expect(asked).toEqual(["spacetail-handover", "spacetail-dial"]);
  });

  test("of a client is an ordinary one if tailscaled takes no clients, which is asked for once", async () => {
    const dial = tailnetDialer({ ...nodeNet(), canHandOver: true }, await tailscaled("dial", "spacetail-dial"));
    for (let i = 0; i < 2; i += 1) {
      const { takesClient, connection } = await dial(target, 60_000, true);
      expect(takesClient).toBe(false);
      connection?.close();
    }
    expect(asked).toEqual(["spacetail-handover", "spacetail-dial", "spacetail-dial"]);
  });

  test("cannot be made by a tailscaled without either", async () => {
    const dial = tailnetDialer(nodeNet(), await tailscaled());
    expect(await dial(target, 60_000, false)).toMatchObject({ result: "failed", reason: "tailscaled cannot dial" });
  });
});
