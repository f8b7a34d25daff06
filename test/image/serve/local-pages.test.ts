// SPDX-License-Identifier: Apache-2.0
import { connect } from "node:net";
import { nodeNet } from "../../../image/spacetail/platform/net-node.js";
import { openLocalPages, type Pages } from "../../../image/spacetail/serve/local-pages.js";

const PAGES: Pages = {
  "/healthz": async () => ({ status: 503, body: "not yet\n" }),
  "/metrics": async () => ({ status: 200, body: "a 1\n" }),
};

/** Sends a text to the pages, and returns all that comes back. */
async function ask(text: string): Promise<string> {
  const listener = await openLocalPages(nodeNet(), { host: "127.0.0.1", port: 0 }, PAGES);
  try {
    return await new Promise((resolve, reject) => {
      let answer = "";
      const socket = connect({ port: listener.port, host: "127.0.0.1" }, () => socket.end(text));
      socket.setEncoding("utf8");
      socket.on("data", (piece) => {
        answer += piece;
      });
      socket.on("error", reject);
      socket.on("close", () => resolve(answer));
    });
  } finally {
    listener.close();
  }
}

test.each([
  ["GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", /^HTTP\/1\.1 503 Service Unavailable\r\n[\s\S]*\r\n\r\nnot yet\n$/],
  ["GET /metrics?a=b HTTP/1.0\r\n\r\n", /^HTTP\/1\.1 200 OK\r\n[\s\S]*Content-Length: 4\r\n[\s\S]*\r\n\r\na 1\n$/],
  ["HEAD /metrics HTTP/1.1\r\nHost: a\r\n\r\n", /^HTTP\/1\.1 200 OK\r\n[\s\S]*Content-Length: 4\r\n[\s\S]*\r\n\r\n$/],
  ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", /^HTTP\/1\.1 404 Not Found\r\n/],
  ["GET /__proto__ HTTP/1.1\r\nHost: a\r\n\r\n", /^HTTP\/1\.1 404 Not Found\r\n/],
  ["DELETE /metrics HTTP/1.1\r\nHost: a\r\n\r\n", /^HTTP\/1\.1 405 Method Not Allowed\r\n/],
  ["hello\r\n\r\n", /^HTTP\/1\.1 400 Bad Request\r\n/],
  ["GET /healthz", /^$/],
])("%j", async (text, answer) => {
  expect(await ask(text)).toMatch(answer);
});

test("a head that is too long is refused", async () => {
  expect(await ask(`GET /${"a".repeat(20_000)} HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
});

test("an address that is in use is named", async () => {
  const listener = await openLocalPages(nodeNet(), { host: "127.0.0.1", port: 0 }, PAGES);
  try {
    await expect(openLocalPages(nodeNet(), { host: "127.0.0.1", port: listener.port }, PAGES)).rejects.toThrow(
      `Cannot serve /healthz and /metrics on 127.0.0.1:${listener.port} (EADDRINUSE). Choose another address with ` +
        "TS_LOCAL_ADDR_PORT.",
    );
  } finally {
    listener.close();
  }
});
