// SPDX-License-Identifier: Apache-2.0
import { createHash, createSign, generateKeyPair, type JsonWebKey, type KeyObject } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { ulid } from "../ids.js";
import { DEFAULT_SUBJECT, type IdentityClaims, type RunIdentity, subjectOf } from "./claims.js";

/** What tests may change about the tokens to come. */
export interface IssuerSettings {
  /** @default the account's host name; Spacelift has no other */
  audience: string;
  /** The account's subject template. @default {@link DEFAULT_SUBJECT} */
  subject: string;
  /** Seconds from `iat` to `exp`. @default 3600 */
  lifetimeSeconds: number;
  /** How far the issuer's clock is ahead. Seconds. @default 0 */
  clockSkewSeconds: number;
}

/** How to start an issuer. */
export interface IssuerOptions {
  /** The account. @default "example" */
  readonly account?: string;
  /** The port on loopback. @default a free one */
  readonly port?: number;
}

/** An account of Spacelift as the issuer of its runs' identity tokens. */
export interface OidcIssuer {
  /** Its name, `https://<account>.app.spacelift.io`: the `iss` of its tokens. */
  readonly issuer: string;
  /** Where it is really served, on loopback and without TLS. */
  readonly url: string;
  readonly settings: IssuerSettings;
  /** Every token so far. */
  readonly tokens: readonly string[];
  /** The paths that were asked for. */
  readonly requests: readonly string[];
  /** A new token. */
  issue(run: RunIdentity): string;
  /** Signs with a new key from now on; the old ones stay published, as the tokens signed with them are valid yet. */
  rotate(): Promise<void>;
  /** Stops listening and drops open connections. */
  close(): Promise<void>;
}

interface SigningKey {
  readonly id: string;
  readonly secret: KeyObject;
  readonly published: JsonWebKey;
}

/** Starts an issuer with a key of its own; that takes some 100 ms. */
export async function startOidcIssuer({ account = "example", port = 0 }: IssuerOptions = {}): Promise<OidcIssuer> {
  const host = `${account}.app.spacelift.io`;
  const issuer = `https://${host}`;
  const settings = { audience: host, subject: DEFAULT_SUBJECT, lifetimeSeconds: 3600, clockSkewSeconds: 0 };
  const keys = [await makeKey()];
  const tokens: string[] = [];
  const requests: string[] = [];
  const documents = new Map<string, () => object>([
    ["/.well-known/openid-configuration", () => discoveryDocument(issuer)],
    ["/.well-known/jwks", () => ({ keys: keys.map(({ published }) => published) })],
  ]);

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? "";
    requests.push(path);
    const document = request.method === "GET" ? documents.get(path) : undefined;
    response.writeHead(document === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(document === undefined ? { error: "not found" } : document()));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });

  return {
    issuer,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    settings,
    tokens,
    requests,
    issue(run) {
      const iat = Math.floor(Date.now() / 1000) + settings.clockSkewSeconds;
      const times = { iat, nbf: iat, exp: iat + settings.lifetimeSeconds };
      const sub = subjectOf(settings.subject, run);
      const token = sign(keys, { iss: issuer, aud: settings.audience, sub, ...times, jti: ulid(), ...run });
      tokens.push(token);
      return token;
    },
    async rotate() {
      keys.push(await makeKey());
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

function discoveryDocument(issuer: string): object {
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks`,
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    scopes_supported: ["openid"],
  };
}

async function makeKey(): Promise<SigningKey> {
  const { privateKey: secret, publicKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  const published = publicKey.export({ format: "jwk" });
  // RFC 7638: a key's own thumbprint, members in this order.
  const { e, kty, n } = published;
  const id = createHash("sha256").update(JSON.stringify({ e, kty, n })).digest("base64url");
  return { id, secret, published: { ...published, kid: id, use: "sig", alg: "RS256" } };
}

/** Signs with the latest key. */
function sign(keys: readonly SigningKey[], claims: IdentityClaims): string {
  const key = keys.at(-1);
  if (key === undefined) throw new Error("there is no key to sign with");
  const signed = `${encode({ alg: "RS256", kid: key.id, typ: "JWT" })}.${encode(claims)}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key.secret, "base64url")}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
