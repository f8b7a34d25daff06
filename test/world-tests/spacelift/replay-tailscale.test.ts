// SPDX-License-Identifier: Apache-2.0
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { RECORDED_CREDENTIALS, startRecordedTailscale } from "./recorded-tailscale.js";
import { replayTailscale } from "./replay-tailscale.js";

/** Serves the recorded API with some answers bent, and replays against it. */
async function replayBent(bend: (method: string, path: string, answer: Record<string, unknown>) => unknown) {
  const recorded = await startRecordedTailscale();
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", async () => {
      const { method = "", url = "" } = incoming;
      const { authorization = "" } = incoming.headers;
      const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks) };
      const answer = await fetch(recorded.url + url, { method, headers: { authorization }, ...body });
      response.writeHead(answer.status);
      response.end(JSON.stringify(bend(method, url, (await answer.json()) as Record<string, unknown>)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await replayTailscale(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, RECORDED_CREDENTIALS);
  } finally {
    server.close();
    server.closeAllConnections();
    await recorded.close();
  }
}

describe("replaying the life of an OAuth client", () => {
  test("the API the recording came from has no differences", async () => {
    expect(await replayBent((_, __, answer) => answer)).toEqual([]);
  });

  test("more fields and another order of sets are no difference", async () => {
    const found = await replayBent((_, __, answer) =>
      answer?.scopes === undefined
        ? answer
        : { ...answer, more: 1, scopes: [...(answer.scopes as string[])].reverse() },
    );

    expect(found).toEqual([]);
  });

  test("a secret that is told again is a difference", async () => {
    expect(await replayBent((method, _, answer) => (method === "GET" ? { ...answer, key: "again" } : answer))).toEqual([
      "read: $.key: must not be there",
    ]);
  });

  test("a missing field, another value and a wrong time are differences", async () => {
    const found = await replayBent((method, _, answer) =>
      method === "PUT" ? { ...answer, description: "old", created: "yesterday", tags: undefined } : answer,
    );
    expect(found).toEqual(["update: $.tags: missing"]);

    const others = await replayBent((method, _, answer) =>
      method === "PUT" ? { ...answer, description: "old", created: "yesterday" } : answer,
    );
    expect(others).toEqual([
      'update: $.description: "old" instead of "Spacelift runs two"',
      "update: $.created: yesterday is not an RFC 3339 time",
    ]);
  });

  test("a refused login ends the replay with the reason", async () => {
    const { url, close } = await startRecordedTailscale();

    const found = await replayTailscale(url, { clientId: "cid", clientSecret: "wrong" }).finally(close);

    expect(found).toEqual([
      'token: status 401 instead of 200: {"message":"API token invalid"}',
      "token: $.access_token: missing",
      "token: $.token_type: missing",
      "token: $.expires_in: missing",
    ]);
  });
});
