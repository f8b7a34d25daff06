// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_PHASES, VARIABLES, vendorTable } from "../../contract/index.js";

const README = join(__dirname, "../../README.md");

function variableTable(): string {
  const rows = VARIABLES.map(({ name, option, aliases, default: value, defaultText, secret, doc }) => {
    const names = [name, ...aliases].map((one) => `\`${one}\``).join(", ");
    const options = option.replace(/\w+(?=,|$| or )|(?<= or )\w+/g, "`$&`");
    const shown = value === "" ? defaultText : `\`${value}\``;
    return `| ${options} | ${names} | ${shown} | ${doc}${secret ? " Secret." : ""} |`;
  });
  return ["| option | variable | default | meaning |", "| --- | --- | --- | --- |", ...rows, ""].join("\n");
}

test.each([
  ["variables", variableTable()],
  ["vendors", vendorTable(DEFAULT_PHASES)],
])("the README's table of %s is the contract's", (name, table) => {
  const section = new RegExp(`(<!-- ${name}: [^\\n]*-->\\n)[\\s\\S]*?(<!-- end of ${name} -->)`);
  const text = readFileSync(README, "utf8");
  expect(text).toMatch(section);
  const wanted = text.replace(section, (_, begin, end) => `${begin}${table}${end}`);
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(README, wanted);
  else expect(text).toBe(wanted);
});
