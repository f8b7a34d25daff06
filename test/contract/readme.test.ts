// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { VARIABLES } from "../../contract/index.js";

const PAGE = join(__dirname, "../../docs/variables.md");

function variableTable(): string {
  const rows = VARIABLES.map(({ name, option, aliases, default: value, defaultText, secret, doc }) => {
    const names = [name, ...aliases].map((one) => `\`${one}\``).join(", ");
    const options = option.replace(/\w+(?=,|$| or )|(?<= or )\w+/g, "`$&`");
    const shown = value === "" ? defaultText : `\`${value}\``;
    return `| ${names} | ${options} | ${shown} | ${doc}${secret ? " Secret." : ""} |`;
  });
  return ["| variable | option | default | meaning |", "| --- | --- | --- | --- |", ...rows, ""].join("\n");
}

test("the page of variables has the contract's", () => {
  const section = /(<!-- variables: [^\n]*-->\n)[\s\S]*?(<!-- end of variables -->)/;
  const text = readFileSync(PAGE, "utf8");
  expect(text).toMatch(section);
  const wanted = text.replace(section, (_, begin, end) => `${begin}${variableTable()}${end}`);
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(PAGE, wanted);
  else expect(text).toBe(wanted);
});
