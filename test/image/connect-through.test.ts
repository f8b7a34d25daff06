// SPDX-License-Identifier: Apache-2.0
import { refusal } from "../../image/spacetail/tunnel/connect-through.js";

test.each([
  ["HTTP/1.1 200 OK\r\n\r\n", ""],
  [
    "HTTP/1.1 502 Bad Gateway\r\nTailscale-Connect-Error: Cannot reach db:1: db is offline. Start it.\r\n\r\n",
    "Cannot reach db:1: db is offline. Start it.",
  ],
  [
    "HTTP/1.1 500 No\r\nTailscale-Connect-Error: connect tcp 100.64.0.2:1: connection refused\r\n\r\n",
    "Cannot reach db:1: connect tcp 100.64.0.2:1: connection refused.",
  ],
  ["HTTP/1.1 403 Forbidden\r\n\r\n", "Cannot reach db:1: the proxy answered 403."],
])("%j is %j", (head, line) => {
  expect(refusal(head, "db:1")).toBe(line);
});

test("control characters of a peer do not get into the line", () => {
  const head = "HTTP/1.1 502 No\r\nTailscale-Connect-Error: a\u001b[31mb\r\n\r\n";
  expect(refusal(head, "db:1")).toBe("Cannot reach db:1: a?[31mb.");
});
