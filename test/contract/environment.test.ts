// SPDX-License-Identifier: Apache-2.0
import { findVariable, VARIABLES, valueProblem } from "../../contract/index.js";

describe("the table of variables", () => {
  test("has every name once, aliases included", () => {
    const names = VARIABLES.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(VARIABLES.map((variable) => [variable.name, variable] as const))(
    "%s has a default that its own rule accepts, and one sentence about it",
    (_, variable) => {
      const { doc, defaultText } = variable;
      expect(valueProblem(variable.name, variable.default)).toBeNull();
      // One or the other says what the default is.
      if (variable.default !== "") expect(defaultText).toBe("");
      expect(doc).toMatch(/^[A-Z].*[^.]\.$/s);
      expect(doc).not.toMatch(/\. [A-Z]/);
    },
  );

  test("is searched by name and by alias", () => {
    expect(findVariable("TS_AUTH_KEY")?.name).toBe("TS_AUTHKEY");
    expect(findVariable("TS_LOGIN_SERVER")?.name).toBe("TS_CONTROL_URL");
    expect(findVariable("TS_CLIENT_SECRET")?.name).toBe("TS_OAUTH_CLIENT_SECRET");
    expect(findVariable("ts_authkey")).toBeUndefined();
  });

  test("knows which values must never be shown", () => {
    const secrets = VARIABLES.filter(({ secret }) => secret).map(({ name }) => name);
    expect(secrets).toEqual(["TS_OAUTH_CLIENT_SECRET", "TS_ID_TOKEN", "TS_AUTHKEY"]);
  });
});

describe("a malformed value is an error that names the variable, the rule and the value", () => {
  test.each([
    ["TS_OAUTH_TAGS", ",", " must not be an empty list"],
    ["TS_OAUTH_TAGS", "tag:a,b", '[1] must begin with "tag:", but "b" was given'],
    [
      "TS_CONTROL_URL",
      "control.test",
      ' must be an http:// or https:// URL of a server, without a path, but "control.test" was given',
    ],
    [
      "TS_LOGIN_SERVER",
      "https://control.test/x",
      ' must be an http:// or https:// URL of a server, without a path, but "https://control.test/x" was given',
    ],
    ["TS_API_URL", "x", ' must be an https:// URL of a server, without a path, but "x" was given'],
    [
      "TS_API_URL",
      "http://api.test",
      ' must be an https:// URL: plain http is for loopback addresses only, but "http://api.test" was given',
    ],
    [
      "TS_API_URL",
      "https://10.0.0.1",
      ' must name its host: an address has no certificate to check, but "https://10.0.0.1" was given',
    ],
    ["TS_HOSTNAME", "...", ' must contain at least one letter or digit, but "..." was given'],
    ["TS_BOOT_TIMEOUT", "soon", ' must be a duration above zero such as 60s or 1m30s, but "soon" was given'],
    ["TS_BOOT_TIMEOUT", "0", ' must be a duration above zero such as 60s or 1m30s, but "0" was given'],
    ["TS_WAIT_FOR", "db:5432,git", '[1] must be host:port, such as localhost:8080, but "git" was given'],
    ["TS_EXTRA_ARGS", "--accept-dns=x", " must set --accept-dns to true or false"],
    ["TS_TAILSCALED_EXTRA_ARGS", "--socket=s", " must not contain --socket: set TS_SOCKET instead"],
    ["TS_SOCKS5_SERVER", "1080", ' must be host:port, such as localhost:8080, but "1080" was given'],
    ["TS_OUTBOUND_HTTP_PROXY_LISTEN", "x", ' must be host:port, such as localhost:8080, but "x" was given'],
    ["TS_NO_PROXY", "a,$(id)", '[1] must be a host, a domain or an IPv4 network, but "$(id)" was given'],
    ["TS_SOCKET", "s.sock", ' must be an absolute path, but "s.sock" was given'],
    ["TS_ACCEPT_DNS", "maybe", ' must be true or false, but "maybe" was given'],
    ["TS_BOOT_TIMEOUT", "a\nb", ' must be a duration above zero such as 60s or 1m30s, but "a\\nb" was given'],
    [
      "TS_OAUTH_CLIENT_SECRET",
      "tskey-client-a-b?reusable=true",
      ' must not have the attribute "reusable": known are ephemeral, preauthorized, baseURL',
    ],
    [
      "TS_CLIENT_ID",
      "k1?baseURL=https://a.test",
      ' must not have the attribute "baseURL": known are ephemeral, preauthorized, but "k1?baseURL=https://a.test" was given',
    ],
  ])("%s=%s", (name, value, rest) => {
    expect(valueProblem(name, value)).toBe(`${name}${rest}`);
  });

  test("a socket's path must fit into an address", () => {
    const path = `/${"s".repeat(107)}`;
    expect(valueProblem("TS_SOCKET", path.slice(0, 107))).toBeNull();
    expect(valueProblem("TS_SOCKET", path)).toMatch(/^TS_SOCKET must be at most 107 characters/);
  });
});

test("an empty value counts as unset, and unknown names are not judged", () => {
  for (const { name } of VARIABLES) expect(valueProblem(name, "")).toBeNull();
  expect(valueProblem("PATH", "\n")).toBeNull();
});

test.each(["http://127.0.0.1:19200", "http://localhost", "https://api.tailscale.com", "https://api.test:8443"])(
  "the API may be at %s",
  (url) => {
    expect(valueProblem("TS_API_URL", url)).toBeNull();
  },
);

test.each(["db", ".corp.test", "10.0.0.0/8", "fd7a::1", "a, b"])("%s may stay out of the tunnel", (list) => {
  expect(valueProblem("TS_NO_PROXY", list)).toBeNull();
});
