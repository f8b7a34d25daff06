// SPDX-License-Identifier: Apache-2.0
import { createPublicKey, type JsonWebKey, verify } from "node:crypto";
import { identityTokens } from "../../world/run-definition.js";
import {
  type IdentityClaims,
  type OidcIssuer,
  type RunIdentity,
  scopeOf,
  startOidcIssuer,
} from "../../world/spacelift/index.js";

const RUN: RunIdentity = {
  spaceId: "root",
  callerType: "stack",
  callerId: "demo",
  runType: "TRACKED",
  runId: "01JTESTRUN",
  scope: "read",
};

let issuer: OidcIssuer;
beforeAll(async () => {
  issuer = await startOidcIssuer({ account: "acct" });
});
afterAll(() => issuer.close());

function part<T>(token: string, index: number): T {
  return JSON.parse(Buffer.from(token.split(".")[index] ?? "", "base64url").toString("utf8")) as T;
}

/** What a relying party does: from the discovery document to the key with the token's id. */
async function publishedKey(token: string): Promise<JsonWebKey | undefined> {
  const document = (await (await fetch(`${issuer.url}/.well-known/openid-configuration`)).json()) as {
    readonly jwks_uri: string;
  };
  const { keys } = (await (await fetch(document.jwks_uri.replace(issuer.issuer, issuer.url))).json()) as {
    readonly keys: readonly (JsonWebKey & { readonly kid: string })[];
  };
  return keys.find(({ kid }) => kid === part<{ kid: string }>(token, 0).kid);
}

/** Verifies a signature without any of the issuer's code. */
async function isSigned(token: string): Promise<boolean> {
  const key = createPublicKey({ key: (await publishedKey(token)) ?? {}, format: "jwk" });
  const [header, claims, signature = ""] = token.split(".");
  return verify("RSA-SHA256", Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, "base64url"));
}

describe("identity tokens", () => {
  test("have the documented claims and are good for an hour", () => {
    const before = Math.floor(Date.now() / 1000);
    const token = issuer.issue(RUN);
    const { iat, jti, ...claims } = part<IdentityClaims>(token, 1);

    expect(part(token, 0)).toMatchObject({ alg: "RS256", typ: "JWT" });
    expect(claims).toEqual({
      iss: "https://acct.app.spacelift.io",
      aud: "acct.app.spacelift.io",
      sub: "space:root:stack:demo:run_type:TRACKED:scope:read",
      nbf: iat,
      exp: iat + 3600,
      ...RUN,
    });
    expect(iat).toBeGreaterThanOrEqual(before);
    expect(iat).toBeLessThanOrEqual(Date.now() / 1000);
    expect(jti).toMatch(/^[0-9A-Z]{26}$/);
  });

  test("are signed with a key that the issuer publishes", async () => {
    const token = issuer.issue(RUN);
    const [header, , signature] = token.split(".");
    const other = issuer.issue({ ...RUN, scope: "write" }).split(".")[1];

    expect(await isSigned(token)).toBe(true);
    expect(await isSigned(`${header}.${other}.${signature}`)).toBe(false);
  });

  test("are new each time, and all are remembered", () => {
    const [one, two] = [issuer.issue(RUN), issuer.issue(RUN)];

    expect(one).not.toBe(two);
    expect(issuer.tokens.slice(-2)).toEqual([one, two]);
  });

  test("of an old key can still be verified when there is a new one", async () => {
    const old = issuer.issue(RUN);
    await issuer.rotate();
    const fresh = issuer.issue(RUN);

    expect(part<{ kid: string }>(fresh, 0).kid).not.toBe(part<{ kid: string }>(old, 0).kid);
    expect([await isSigned(old), await isSigned(fresh)]).toEqual([true, true]);
  });

  test("follow the settings", () => {
    const { settings } = issuer;
    const usual = { ...settings };
    Object.assign(settings, { audience: "elsewhere", subject: "run/{runId}:{scope}", lifetimeSeconds: 5 });
    settings.clockSkewSeconds = -600;
    const { aud, sub, iat, exp } = part<IdentityClaims>(issuer.issue(RUN), 1);
    settings.subject = "{spacePath}";

    expect({ aud, sub }).toEqual({ aud: "elsewhere", sub: "run/01JTESTRUN:read" });
    expect(exp - iat).toBe(5);
    expect(Date.now() / 1000 - iat).toBeGreaterThan(598);
    expect(() => issuer.issue(RUN)).toThrow("the subject template has {spacePath}, which is not known here");
    Object.assign(settings, usual);
  });
});

test("nothing but the two documents is served", async () => {
  const key = (await publishedKey(issuer.issue(RUN))) ?? {};

  expect(Object.keys(key).sort()).toEqual(["alg", "e", "kid", "kty", "n", "use"]);
  expect((await fetch(`${issuer.url}/graphql`)).status).toBe(404);
  expect((await fetch(`${issuer.url}/.well-known/jwks`, { method: "POST" })).status).toBe(404);
  expect(issuer.requests).toContain("/graphql");
});

test("a run asks for the tokens of its stack or module, phase by phase", () => {
  const stack = { id: "demo", space: "legacy" };
  const tracked = identityTokens(issuer, { type: "tracked", stack });
  const subjects = [
    tracked("plan", "01RUN"),
    tracked("apply", "01RUN"),
    identityTokens(issuer, { type: "tracked", stack, autodeploy: true })("plan", "01RUN"),
    identityTokens(issuer, { type: "testing", stack: { id: "net" } })("destroy", "01RUN"),
  ].map((token) => part<IdentityClaims>(token, 1).sub);

  expect(subjects).toEqual([
    "space:legacy:stack:demo:run_type:TRACKED:scope:read",
    "space:legacy:stack:demo:run_type:TRACKED:scope:write",
    "space:legacy:stack:demo:run_type:TRACKED:scope:write",
    "space:root:module:net:run_type:TESTING:scope:write",
  ]);
  expect(part<IdentityClaims>(tracked("init", "01RUN"), 1).runId).toBe("01RUN");
});

test.each([
  ["PROPOSED", "plan", false, "read"],
  ["PROPOSED", "init", true, "read"],
  ["TRACKED", "init", false, "read"],
  ["TRACKED", "plan", false, "read"],
  ["TRACKED", "apply", false, "write"],
  ["TRACKED", "plan", true, "write"],
  ["TRACKED", "apply", true, "write"],
  ["TASK", "perform", false, "write"],
  ["TESTING", "plan", false, "write"],
  ["DESTROY", "destroy", false, "write"],
] as const)("%s, %s, autodeploy %s: %s", (runType, phase, autodeploy, scope) => {
  expect(scopeOf(runType, phase, autodeploy)).toBe(scope);
});
