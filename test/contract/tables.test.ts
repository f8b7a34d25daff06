// SPDX-License-Identifier: Apache-2.0
// The tables of docs/ are generated: `UPDATE_GOLDEN=1` writes them again.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { optionTables, variableTable } from "../../contract/index.js";

const DOCS = join(__dirname, "../../docs");

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
