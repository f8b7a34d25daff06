// SPDX-License-Identifier: Apache-2.0
import { formatHostPort, isLoopback, parseBaseUrl, parseHostPort } from "../../contract/index.js";

describe("host:port", () => {
  test.each([
    ["localhost:8080", "localhost", 8080],
    ["db.tail.test:5432", "db.tail.test", 5432],
    ["db.tail.test.:5432", "db.tail.test.", 5432],
    ["my_service:1", "my_service", 1],
    ["100.64.0.7:65535", "100.64.0.7", 65535],
    ["[::1]:80", "::1", 80],
    ["[fd7a:115c:a1e0::1]:443", "fd7a:115c:a1e0::1", 443],
    ["[::ffff:10.0.0.1]:443", "::ffff:10.0.0.1", 443],
  ])("%s is read and written back", (text, host, port) => {
    const target = parseHostPort(text);
    expect(target).toEqual({ host, port });
    expect(target === null ? null : formatHostPort(target)).toBe(text);
  });

  test.each([
    "",
    "localhost",
    ":80",
    "localhost:",
    "localhost:0",
    "localhost:65536",
    "localhost:+80",
    "localhost: 80",
    "localhost:0x50",
    "localhost:http",
    "::1:80",
    "[::1]",
    "[::1:80",
    "[localhost]:80",
    "a b:80",
    "a..b:80",
    ".:80",
    "-a:80",
    "http://a:80",
    "$(id):80",
    `${"a".repeat(64)}:80`,
    `${"a.".repeat(127)}:80`,
  ])("%j is none", (text) => {
    expect(parseHostPort(text)).toBeNull();
  });
});

test.each(["localhost", "127.0.0.1", "127.9.8.7", "::1", "[::1]"])("%s is loopback", (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each(["localhost.evil.test", "127.evil.test", "128.0.0.1", "127.0.0.1.evil.test", "::2", ""])(
  "%j is not loopback",
  (host) => {
    expect(isLoopback(host)).toBe(false);
  },
);

describe("the URL of a server", () => {
  test.each([
    ["https://control.test", { tls: true, host: "control.test", port: 443 }],
    ["https://Control.Test/", { tls: true, host: "control.test", port: 443 }],
    ["http://control.test", { tls: false, host: "control.test", port: 80 }],
    ["http://127.0.0.1:19200", { tls: false, host: "127.0.0.1", port: 19200 }],
    ["http://[::1]:80/", { tls: false, host: "[::1]", port: 80 }],
  ])("%s is read", (text, url) => {
    expect(parseBaseUrl(text)).toEqual(url);
  });

  test.each([
    "",
    "control.test",
    "ftp://control.test",
    "https://",
    "https:///",
    "https://a/b",
    "https://a?b",
    "https://u:p@a",
  ])("%j is none", (text) => {
    expect(parseBaseUrl(text)).toBeNull();
  });
});
