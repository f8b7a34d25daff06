// SPDX-License-Identifier: Apache-2.0
import { base64, utf8Bytes } from "../../contract/index.js";

test.each(["", "a", "ab", "abc", "bacon is tasty", "é ü 漢字 💥\n\u0000", "\ud83d half", "x".repeat(10_000)])(
  "%j comes out as it does from Node.js",
  (text) => {
    expect(base64(text)).toBe(Buffer.from(text).toString("base64"));
    expect(utf8Bytes(text)).toEqual([...Buffer.from(text)]);
  },
);
