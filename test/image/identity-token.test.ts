// SPDX-License-Identifier: Apache-2.0
import { readClaims, refusedTokenMessage } from "../../image/spacetail/login/identity-token.js";

const NOW = Date.UTC(2026, 10, 21, 12) / 1000;

const CLAIMS = {
  iss: "https://demo.app.spacelift.io",
  aud: "demo.app.spacelift.io",
  sub: "space:root:stack:demo:run_type:TRACKED:scope:read",
  scope: "read",
  iat: NOW - 60,
  nbf: NOW - 60,
  exp: NOW + 3540,
};

function token(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256", kid: "k" })}.${part(claims)}.c2lnbmF0dXJl`;
}

describe("readClaims", () => {
  test("reads what a federated identity is compared with", () => {
    expect(readClaims(token(CLAIMS))).toEqual({
      iss: CLAIMS.iss,
      aud: CLAIMS.aud,
      sub: CLAIMS.sub,
      scope: "read",
      from: (NOW - 60) * 1000,
      until: (NOW + 3540) * 1000,
    });
  });

  test("takes several audiences", () => {
    expect(readClaims(token({ aud: ["a", "b"] }))?.aud).toBe("a,b");
  });

  test("takes the time of issue where no other start is given", () => {
    expect(readClaims(token({ iat: NOW }))?.from).toBe(NOW * 1000);
  });

  test("treats claims of another type like missing ones", () => {
    const nothing = { iss: "", aud: "", sub: "", scope: "", from: 0, until: 0 };
    expect(readClaims(token({}))).toEqual(nothing);
    expect(readClaims(token({ iss: 1, aud: 2, sub: null, scope: ["read"], exp: "soon", iat: {} }))).toEqual(nothing);
  });

  test("reads base64url and characters of several bytes", () => {
    expect(readClaims(token({ sub: "stack:>>>???\u00fc\u{1f512}" }))?.sub).toBe("stack:>>>???\u00fc\u{1f512}");
  });

  test.each(["", "a.b", "a.b.c.d", "a.%%%.c", `a.${Buffer.from("[1]").toString("base64url")}.c`, "a.e30", "x"])(
    "refuses %j",
    (text) => {
      expect(readClaims(text)).toBeNull();
    },
  );
});

describe("refusedTokenMessage", () => {
  const explain = (claims: object, serverTime = NOW * 1000): string =>
    refusedTokenMessage(
      {
        status: 403,
        body: '{"message":"Unauthorized"}',
        retryAfter: "",
        location: "",
        serverTime,
        problem: "none",
        detail: "",
      },
      token({ ...CLAIMS, ...claims }),
      "kid",
    );

  test("names the claims and what must match them", () => {
    expect(explain({})).toBe(
      "Tailscale refused the run's identity token (403: Unauthorized): iss https://demo.app.spacelift.io, " +
        "aud demo.app.spacelift.io, sub space:root:stack:demo:run_type:TRACKED:scope:read, scope read. The federated " +
        "identity kid must have that issuer and audience, and a subject and claim rules that match.",
    );
  });

  test("recognizes an expired token by the server's clock", () => {
    expect(explain({ exp: NOW - 720 })).toMatch(
      /\(403: Unauthorized\): it expired 12 min ago \(iss .+\)\. Start the run/,
    );
    expect(explain({ exp: NOW + 60 }, (NOW + 61) * 1000)).toContain("it expired 1 s ago");
    expect(explain({ exp: NOW - 4 * 3600 })).toContain("it expired 4 h ago");
  });

  test("recognizes a clock that is ahead", () => {
    expect(explain({ iat: NOW + 300, nbf: NOW + 300 })).toMatch(
      /it becomes valid in 5 min \(.+\)\. The clock of its issuer/,
    );
    expect(explain({ iat: NOW + 20, nbf: NOW + 20 })).toContain("must have that issuer");
  });

  test("uses the clock of this machine if the server sends no time", () => {
    expect(explain({ exp: Math.floor(Date.now() / 1000) - 1800 }, 0)).toContain("it expired 30 min ago");
  });

  test("shows claims in one line of text, and never the token", () => {
    const line = explain({ sub: "a\nb\u001b[2J\u00fc", aud: "x".repeat(5000), iss: undefined });
    expect(line).toContain("sub a?b?[2J\u00fc,");
    expect(line).toContain("iss (none),");
    expect(line.length).toBeLessThan(1000);
    expect(line).not.toContain("c2lnbmF0dXJl");
  });
});
