// SPDX-License-Identifier: Apache-2.0
import { isRepeatable } from "../../../image/spacetail/capture/shell.js";

const LINE = '{ spacetail up --watch $$; } && { eval "$(spacetail env)"; } && terraform plan';

const files: Readonly<Record<string, string>> = { "/tmp/phase.sh": `#!/bin/sh\n${LINE}\n`, "/tmp/other.sh": "true\n" };
const read = (path: string): string | null => files[path] ?? null;

describe("a shell can be executed anew", () => {
  test.each([
    [["sh", "-c", LINE]],
    [["/bin/bash", "--posix", "-ec", LINE, "name", "argument"]],
    [["busybox", "ash", "-c", LINE]],
    [["/bin/sh", "/tmp/phase.sh"]],
  ])("%j", (words) => expect(isRepeatable(words, read)).toBe(true));
});

describe("a shell cannot be executed anew", () => {
  test.each([
    ["that reads its input", ["sh"]],
    ["that somebody has logged in to", ["-sh", "-c", LINE]],
    ["that does something else", ["sh", "-c", "terraform plan"]],
    ["with another script", ["sh", "/tmp/other.sh"]],
    ["with a script that is gone", ["sh", "/tmp/gone.sh"]],
    ["whose text is not UTF-8", ["sh", "-c", `${LINE} \ufffd`]],
    ["that is not there", []],
  ])("%s", (_, words) => expect(isRepeatable(words, read)).toBe(false));
});
