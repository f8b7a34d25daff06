// SPDX-License-Identifier: Apache-2.0
// The tables of docs/ are generated: `UPDATE_GOLDEN=1` writes them again.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { optionTables, VARIABLES } from "../../contract/index.js";

const DOCS = join(__dirname, "../../docs");

function variableTable(): string {
  const rows = VARIABLES.map(({ name, option, aliases, default: value, defaultText, secret, doc }) => {
    const names = [name, ...aliases].map((one) => `\`${one}\``).join(", ");
    const options = option.replace(/\w+(?=,|$| or )|(?<= or )\w+/g, "`$&`");
    const shown = value === "" ? defaultText : `\`${value}\``;
    return `| ${names} | ${options} | ${shown} | ${doc}${secret ? " Secret." : ""} |`;
  });
  return ["| variable | option | default | meaning |", "| --- | --- | --- | --- |", ...rows, ""].join("\n");
}

test.each([
  ["variables.md", { variables: variableTable() }],
  ["options.md", optionTables()],
])("the tables of docs/%s are those of the contract", (page, tables: Readonly<Record<string, string>>) => {
  const file = join(DOCS, page);
  const text = readFileSync(file, "utf8");
  const named: string[] = [];
  const wanted = text.replace(/(<!-- table: (.*) -->\n)[\s\S]*?(<!-- end of table -->)/g, (_, begin, name, end) => {
    named.push(name);
    return `${begin}${tables[name]}${end}`;
  });
  expect(named.sort()).toEqual(Object.keys(tables).sort());
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, wanted);
  else expect(text).toBe(wanted);
});
