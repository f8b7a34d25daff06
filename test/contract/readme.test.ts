// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { VARIABLES } from "../../contract/index.js";

const README = join(__dirname, "../../README.md");
const SECTION = /(<!-- variables: [^\n]*-->\n)[\s\S]*?(<!-- end of variables -->)/;

function table(): string {
  const rows = VARIABLES.map(({ name, aliases, fallback, secret, doc }) => {
    const names = [name, ...aliases].map((one) => `\`${one}\``).join(", ");
    const shown = fallback === "" || fallback.startsWith("(") ? fallback : `\`${fallback}\``;
    return `| ${names} | ${shown} | ${doc}${secret ? " Secret." : ""} |`;
  });
  return ["| variable | default | meaning |", "| --- | --- | --- |", ...rows, ""].join("\n");
}

test("the README's table of variables is the contract's", () => {
  const text = readFileSync(README, "utf8");
  expect(text).toMatch(SECTION);
  const wanted = text.replace(SECTION, (_, begin, end) => `${begin}${table()}${end}`);
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(README, wanted);
  else expect(text).toBe(wanted);
});

test("the README shows the example as it is", () => {
  const example = readFileSync(join(__dirname, "../../examples/cdktf/main.ts"), "utf8");
  const code = example.slice(example.indexOf("import"));
  expect(readFileSync(README, "utf8")).toContain(code.trimEnd());
});
