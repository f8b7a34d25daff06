// SPDX-License-Identifier: Apache-2.0
// The script that fetches executables, as contexts have it: `UPDATE_GOLDEN=1` writes it again.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FETCH_SCRIPT } from "../../contract/index.js";

const HOOKS = join(__dirname, "../../contract/hooks");

test("the script of contexts is contract/hooks/fetch.sh", () => {
  const script = readFileSync(join(HOOKS, "fetch.sh"), "utf8");
  if (process.env.UPDATE_GOLDEN === "1") {
    const lines = script.split("\n").map((line) => `  ${quoted(line)},\n`);
    const text = `${HEAD}export const FETCH_SCRIPT = [\n${lines.join("")}].join("\\n");\n`;
    writeFileSync(join(HOOKS, "fetch-script.ts"), text);
  } else {
    expect(FETCH_SCRIPT).toBe(script);
  }
});

const HEAD = `// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of shells hold such placeholders

/** The text of fetch.sh, which a test writes here: bundles hold no other files. */
`;

/** A string literal as the formatter has it: in the quotes of which there are fewer in it. */
function quoted(line: string): string {
  const escaped = line.replace(/\\/g, "\\\\");
  const [double, single] = [line.split('"').length, line.split("'").length];
  return double > single ? `'${escaped.replace(/'/g, "\\'")}'` : `"${escaped.replace(/"/g, '\\"')}"`;
}
