// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { sha256 } from "../../contract/index.js";

// Around the ends of blocks, where the padding changes.
test.each([0, 1, 3, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 9000])("a text of %i characters", (length) => {
  for (const char of ["a", "é", "漢", "💥"]) {
    const text = char.repeat(length);
    expect(sha256(text)).toBe(createHash("sha256").update(text).digest("hex"));
  }
});
