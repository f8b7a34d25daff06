// SPDX-License-Identifier: Apache-2.0
import { createHmac, timingSafeEqual } from "node:crypto";

/** The claims a client reads: `aud` is the endpoint every later call goes to and holds exactly one value. */
export interface Claims {
  readonly iss: string;
  readonly aud: readonly [string];
  readonly sub: string;
  /** Seconds since 1970. */
  readonly iat: number;
  readonly exp: number;
}

const HEADER = encode({ alg: "HS256", typ: "JWT" });

/**
 * Mints a JSON Web Token. All three parts are base64url without padding: the provider does not check the signature, but
 * its decoder rejects a token whose signature part is not base64.
 */
export function mintToken(key: Buffer, claims: Claims): string {
  const signed = `${HEADER}.${encode(claims)}`;
  return `${signed}.${signature(key, signed).toString("base64url")}`;
}

/** The claims of a token that `key` signed and that is still valid at `now` (milliseconds), else null. */
export function verifyToken(key: Buffer, token: string, now: number = Date.now()): Claims | null {
  const [header, claims, given, ...more] = token.split(".");
  if (header === undefined || claims === undefined || given === undefined || more.length > 0) return null;
  const expected = signature(key, `${header}.${claims}`);
  const actual = Buffer.from(given, "base64url");
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return null;
  const decoded = JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as Claims;
  return decoded.exp * 1000 > now ? decoded : null;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function signature(key: Buffer, signed: string): Buffer {
  return createHmac("sha256", key).update(signed).digest();
}
