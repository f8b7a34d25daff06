// SPDX-License-Identifier: Apache-2.0
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** One request the recorded API got. */
export interface TailscaleRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Tailscale's API as far as it was recorded, with the recorded ids. */
export interface RecordedTailscale {
  readonly url: string;
  readonly requests: readonly TailscaleRequest[];
  close(): Promise<void>;
}

/** The OAuth client that may log in. */
export const RECORDED_CREDENTIALS = { clientId: "cid", clientSecret: "csecret" };

/**
 * Answers like the server the providers were recorded against: one OAuth client may log in, and creates, reads, updates
 * and deletes others, and federated identities. It lets the loader's requests be compared with recorded values; the
 * embedded tailnet is another and a real one.
 */
export async function startRecordedTailscale(): Promise<RecordedTailscale> {
  const requests: TailscaleRequest[] = [];
  const clients = new Map<string, object>();
  const { clientId, clientSecret } = RECORDED_CREDENTIALS;
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
  const time = "2026-11-21T00:00:00Z";

  function answer({ method, path, headers, body }: TailscaleRequest): readonly [number, object | null] {
    if (path === "/api/v2/oauth/token") {
      if (headers.authorization !== basic) return [401, { message: "API token invalid" }];
      return [200, { access_token: "tskey-api-x", token_type: "Bearer", expires_in: 3600, scope: "all" }];
    }
    if (headers.authorization !== "Bearer tskey-api-x") return [401, { message: "API token invalid" }];
    const id = /^\/api\/v2\/tailnet\/-\/keys\/?(\w*)$/.exec(path)?.[1];
    if (method === "POST" && id === "") {
      const made = `k${100 + clients.size}CNTRL`;
      const request = JSON.parse(body) as { readonly keyType: string; readonly audience?: string };
      // An audience that is not given is the service's affair.
      const audience = request.audience === "" ? { audience: `api.tailscale.com/${made}` } : {};
      clients.set(made, { id: made, created: time, updated: time, userId: "u1", ...request, ...audience });
      const secret = request.keyType === "client" ? { key: `tskey-client-${made}-secret` } : {};
      return [200, { ...clients.get(made), ...secret }];
    }
    const client = id === undefined ? undefined : clients.get(id);
    if (id === undefined || client === undefined) return [404, { message: "not found" }];
    if (method === "PUT") clients.set(id, { ...client, ...JSON.parse(body) });
    if (method === "DELETE") clients.delete(id);
    return [200, clients.get(id) ?? null];
  }

  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const { method = "", url: path = "", headers } = incoming;
      const request = { method, path, headers, body: Buffer.concat(chunks).toString("utf8") };
      requests.push(request);
      const [status, body] = answer(request);
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
