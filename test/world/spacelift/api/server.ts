// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { GraphQLError } from "graphql";
import { Account } from "../account/account.js";
import { ulid } from "../ids.js";
import type { Call } from "./api-module.js";
import { API_MODULES } from "./api-modules.js";
import { type Caller, ROOT_ADMIN, runOf } from "./caller.js";
import { type RunToken, RunTokens } from "./run-tokens.js";
import { answer, buildApiSchema, type GraphQLRequest } from "./schema.js";
import { answerState } from "./state-backend.js";
import { type Claims, mintToken, verifyToken } from "./tokens.js";

/** How to start the embedded API. */
export interface SpaceliftOptions {
  /** The address to listen on, and the host name in `url`. @default "127.0.0.1" */
  readonly host?: string;
  /** @default a free one */
  readonly port?: number;
  /** The API key that may log in. @default a new one */
  readonly apiKey?: ApiKey;
}

/** An API key of the account. */
export interface ApiKey {
  readonly id: string;
  readonly secret: string;
}

/** One request the API got, with its answer. Secrets are kept: tests compare them. */
export interface RecordedRequest {
  readonly at: Date;
  readonly method: string;
  readonly path: string;
  /** The operation's name and kind as the provider announces them in a header; null for the login and other clients. */
  readonly operation: { readonly kind: "Query" | "Mutation"; readonly name: string } | null;
  /** `authorization`, `content-type` and every `spacelift-*` header, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The request's JSON, or its text when it is not JSON. */
  readonly body: unknown;
  readonly status: number;
  readonly response: unknown;
}

/** A running embedded Spacelift API. */
export interface SpaceliftApi {
  /** The endpoint: what goes into `api_key_endpoint` or `SPACELIFT_API_KEY_ENDPOINT`. */
  readonly url: string;
  /** How to log in, in the words of the provider's configuration. */
  readonly credentials: { readonly endpoint: string; readonly keyId: string; readonly keySecret: string };
  readonly account: Account;
  /** A token for a run of that stack. @throws when there is no such stack. */
  readonly issueRunToken: (stackId: string) => RunToken;
  /** The account's emitter: `change` after every creation, update and deletion. */
  readonly events: Account["events"];
  /** Every request so far, in the order of its answer. */
  readonly requests: readonly RecordedRequest[];
  /** Stops listening and drops open connections. */
  close(): Promise<void>;
}

/** Tokens of API keys live this long, in seconds. */
const TOKEN_LIFETIME = 3600;

/** The largest request body in bytes: a 2 MB mounted file in Base64 fits. */
const LARGEST_BODY = 4 * 1024 * 1024;

/**
 * Starts an embedded Spacelift API: `POST <url>/graphql`, one account, one API key, state in memory.
 *
 * Like Spacelift it answers errors with HTTP 200 and `errors`, and only fields that were selected.
 */
export async function startSpacelift(options: SpaceliftOptions = {}): Promise<SpaceliftApi> {
  const { host = "127.0.0.1", port = 0 } = options;
  const apiKey = options.apiKey ?? { id: ulid(), secret: randomBytes(32).toString("hex") };
  const signingKey = randomBytes(32);
  const schema = buildApiSchema(API_MODULES);
  const account = new Account();
  const requests: RecordedRequest[] = [];
  let url = "";

  const runTokens = new RunTokens(signingKey);

  const call: Omit<Call, "caller"> = {
    account,
    login(keyId, keySecret) {
      if (keyId !== apiKey.id) return null;
      if (keySecret !== apiKey.secret) throw new Error("unauthorized");
      const iat = Math.floor(Date.now() / 1000);
      // The endpoint is the one audience: the provider forgets where it logged in and goes wherever this says.
      return mintToken(signingKey, { iss: "spacelift", aud: [url], sub: keyId, iat, exp: iat + TOKEN_LIFETIME });
    },
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readBody(request);
    if (request.url?.startsWith("/state/") && text !== null) return respondWithState(request, text, response);
    const { body, status, result } = await respond(request, text);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(result));
    const headers = interestingHeaders(request);
    requests.push({
      at: new Date(),
      method: request.method ?? "",
      path: request.url ?? "",
      operation: announcedOperation(headers),
      headers,
      body,
      status,
      // What went over the wire, not the objects behind it, which later changes would alter.
      response: JSON.parse(JSON.stringify(result)),
    });
  }

  function respondWithState(request: IncomingMessage, body: string, response: ServerResponse): void {
    const { method = "", url: path = "", headers } = request;
    const asking = account.stacks.get(runTokens.stackOfState(headers.authorization ?? "") ?? "")?.id ?? null;
    const { status, text } = answerState(account.states, { method, path, text: body }, asking);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(text);
  }

  async function respond(request: IncomingMessage, text: string | null) {
    const refuse = (status: number, message: string, body: unknown = text) => ({
      body,
      status,
      result: { errors: [new GraphQLError(message)] },
    });
    if (request.url !== "/graphql") return refuse(404, `no such path: ${request.url}; the API is at /graphql`);
    if (request.method !== "POST") return refuse(405, `${request.method} is not allowed; use POST`);
    if (text === null) return refuse(413, `the body is larger than ${LARGEST_BODY} bytes`);
    const body = parseJson(text);
    if (!isGraphQLRequest(body)) return refuse(400, "the body must be JSON with a query and optional variables", body);
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const caller = callerOf(verifyToken(signingKey, bearer));
    return { body, status: 200, result: await answer(schema, body, call, caller) };
  }

  function callerOf(claims: Claims | null): Caller | null {
    const stackId = claims === null ? null : runTokens.stackOf(claims);
    if (stackId === undefined) return ROOT_ADMIN;
    return stackId === null || account.stacks.get(stackId) === undefined ? null : runOf(account, stackId);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  url = `http://${host.includes(":") ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;

  return {
    url,
    credentials: { endpoint: url, keyId: apiKey.id, keySecret: apiKey.secret },
    account,
    issueRunToken: (stackId) => runTokens.issue(account.stacks.require(stackId).id, url),
    events: account.events,
    requests,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

/** The whole body as text, or null when it is too large; it is read to the end either way, so the answer arrives. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= LARGEST_BODY) chunks.push(chunk);
  }
  return size <= LARGEST_BODY ? Buffer.concat(chunks).toString("utf8") : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isGraphQLRequest(body: unknown): body is GraphQLRequest {
  if (typeof body !== "object" || body === null || !("query" in body) || typeof body.query !== "string") return false;
  return !("variables" in body) || (typeof body.variables === "object" && body.variables !== null);
}

function interestingHeaders(request: IncomingMessage): Record<string, string> {
  const interesting = /^(authorization|content-type|spacelift-.*)$/;
  return Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) => (interesting.test(name) ? [[name, String(value)]] : [])),
  );
}

function announcedOperation(headers: Readonly<Record<string, string>>): RecordedRequest["operation"] {
  const query = headers["spacelift-graphql-query"];
  if (query !== undefined) return { kind: "Query", name: query };
  const mutation = headers["spacelift-graphql-mutation"];
  return mutation === undefined ? null : { kind: "Mutation", name: mutation };
}
