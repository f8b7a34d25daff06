// SPDX-License-Identifier: Apache-2.0
import { type ApiContext, judgeReply, retryAfterMs, serverMessage } from "../../image/spacetail/login/api-errors.js";
import { type ApiReply, type TransportProblem, transportProblem } from "../../image/spacetail/login/https.js";

const context: ApiContext = {
  server: "https://api.tailscale.com",
  tags: ["tag:x"],
  variables: "TS_OAUTH_CLIENT_SECRET",
  certificateFile: "",
};

const reply = (status: number, body: string, retryAfter = ""): ApiReply => ({
  status,
  body,
  retryAfter,
  location: "",
  serverTime: 0,
  problem: "none",
  detail: "",
});

const noReply = (code: string): ApiReply => ({ ...reply(0, ""), problem: transportProblem(code), detail: code });

describe("judgeReply", () => {
  test("explains a refused client", () => {
    expect(judgeReply(reply(401, '{"message":"API token invalid"}'), "token", context)).toMatchObject({
      kind: "failed",
      why: "Tailscale refused the OAuth client (401: API token invalid)",
      advice: "Check TS_OAUTH_CLIENT_SECRET, and that the client has the auth_keys scope.",
    });
  });

  test("explains refused tags", () => {
    const body = '{"message":"requested tags [tag:x] are invalid or not permitted"}';
    expect(judgeReply(reply(400, body), "key", context)).toMatchObject({
      kind: "failed",
      why: expect.stringContaining("Tailscale refused the tags tag:x"),
      advice: expect.stringContaining("TS_OAUTH_TAGS"),
    });
  });

  test("explains a missing scope", () => {
    const body = '{"message":"calling actor does not have enough permissions to perform this function"}';
    expect(judgeReply(reply(403, body), "key", context).advice).toBe(
      "Give the client or identity the auth_keys scope.",
    );
  });

  test("leaves a refused identity token to be explained by its claims", () => {
    for (const status of [400, 401, 403]) {
      expect(judgeReply(reply(status, '{"message":"Unauthorized"}'), "exchange", context).kind).toBe("refused");
    }
    expect(judgeReply(reply(404, ""), "exchange", context)).toMatchObject({ kind: "failed" });
    expect(judgeReply(reply(500, ""), "exchange", context)).toMatchObject({ kind: "retry" });
  });

  test("quotes the server in one line, whatever it says", () => {
    const body = JSON.stringify({ message: `no\nspacetail: all is well\u001b[2J${"x".repeat(1000)}` });
    const { why } = judgeReply(reply(401, body), "token", context);
    expect(why).toMatch(/^Tailscale refused the OAuth client \(401: no\?spacetail: all is well\?\[2Jx+\)$/);
    expect(why.length).toBeLessThan(400);
  });

  test("tries again after 429 and 5xx, when the server says so", () => {
    expect(judgeReply(reply(429, "", "2"), "token", context)).toMatchObject({ kind: "retry", waitMs: 2000 });
    expect(judgeReply(reply(503, "oops"), "key", context)).toMatchObject({ kind: "retry", waitMs: -1 });
  });

  test("follows no redirection", () => {
    expect(judgeReply(reply(302, ""), "token", context).kind).toBe("failed");
  });

  test.each([
    [404, "", "is not a Tailscale API: it answered 404", "Check TS_API_URL"],
    [405, "", "is not a Tailscale API: it answered 405", "Check TS_API_URL"],
    [407, "", "A proxy answered instead of https://api.tailscale.com and requires a login (407)", "Check HTTPS_PROXY"],
    [301, "https://portal.test/login?token=x", "redirects to https://portal.test (301)", "Set TS_API_URL"],
    [302, "/login", "redirects (302)", "Set TS_API_URL"],
  ])("does not blame the secret for an answer of %s", (status, location, why, advice) => {
    for (const step of ["token", "exchange", "key"] as const) {
      const verdict = judgeReply({ ...reply(status, ""), location }, step, context);
      expect(verdict).toMatchObject({ kind: "failed", why: expect.stringContaining(why) });
      expect(verdict.advice).toContain(advice);
    }
  });

  test.each<[string, TransportProblem, string, string]>([
    ["CERT_HAS_EXPIRED", "certificate-expired", "failed", "has expired"],
    ["CERT_NOT_YET_VALID", "certificate-early", "failed", "is not valid yet"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "certificate-name", "failed", "is for another name"],
    ["ERR_TLS_KEY_TYPE", "certificate-key", "failed", "nothing that this program supports"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "certificate-untrusted", "untrusted", "not trusted here"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "certificate-untrusted", "untrusted", "not trusted here"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "certificate-untrusted", "untrusted", "not trusted here"],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "certificate-untrusted", "untrusted", "not trusted here"],
    ["EPROXYAUTH", "proxy-login", "failed", "cannot be reached: EPROXYAUTH"],
    ["EPROXYREFUSED", "proxy-refusal", "failed", "cannot be reached: EPROXYREFUSED"],
    ["EPROXY", "unreachable", "retry", "cannot be reached (EPROXY)"],
    ["ECONNREFUSED", "unreachable", "retry", "cannot be reached (ECONNREFUSED)"],
  ])("explains a request that failed with %s", (code, problem, kind, why) => {
    expect(transportProblem(code)).toBe(problem);
    const verdict = judgeReply(noReply(code), "token", context);
    expect(verdict).toMatchObject({ kind, why: expect.stringContaining(why) });
  });

  test("says what is wrong with the file of authorities", () => {
    const certificateFile = "SSL_CERT_FILE names /ca.pem, which does not exist.";
    const verdict = judgeReply(noReply("SELF_SIGNED_CERT_IN_CHAIN"), "token", { ...context, certificateFile });
    expect(verdict.advice).toBe(certificateFile);
  });
});

test("serverMessage reads Tailscale's and RFC 6749's errors, and nothing else", () => {
  expect(serverMessage('{"message":"no"}')).toBe("no");
  expect(serverMessage('{"message":"no","id":1,"details":{"a":[]}}')).toBe("no");
  expect(serverMessage('{"error":"invalid_client","error_description":"bad secret"}')).toBe("bad secret");
  expect(serverMessage('{"error":"invalid_client"}')).toBe("invalid_client");
  expect(serverMessage('{"message":{"a":1}}')).toBe("");
  for (const body of ["<html>", "[1]", '"text"', "null", ""]) expect(serverMessage(body)).toBe("");
});

test("retryAfterMs reads seconds and dates", () => {
  expect(retryAfterMs("1")).toBe(1000);
  expect(retryAfterMs("")).toBe(-1);
  expect(retryAfterMs("soon")).toBe(-1);
  expect(retryAfterMs(new Date(Date.now() - 5000).toUTCString())).toBe(0);
});
