// SPDX-License-Identifier: Apache-2.0
// The tables of the pages are generated: `UPDATE_GOLDEN=1` writes them again, for a change that is meant.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  AFTER_HOOK_OPTIONS,
  ATTACHMENT_OPTIONS,
  FILE_OPTIONS,
  GRANT_OPTIONS,
  memberTable,
  optionTable,
  VARIABLES,
} from "../../contract/index.js";

const DOCS = join(__dirname, "../../docs");

function variableTable(): string {
  const rows = VARIABLES.map(({ name, option, aliases, fallback, secret, doc }) => {
    const names = [name, ...aliases].map((one) => `\`${one}\``).join(", ");
    const options = option.replace(/\w+(?=,|$| or )|(?<= or )\w+/g, "`$&`");
    const shown = fallback === "" || fallback.startsWith("(") ? fallback : `\`${fallback}\``;
    return `| ${names} | ${options} | ${shown} | ${doc}${secret ? " Secret." : ""} |`;
  });
  return ["| variable | option | default | meaning |", "| --- | --- | --- | --- |", ...rows, ""].join("\n");
}

test.each([
  ["variables.md", "variables", variableTable()],
  ["options.md", "options", optionTable()],
  ["options.md", "members of files", memberTable(FILE_OPTIONS)],
  ["options.md", "members of hooks", memberTable(AFTER_HOOK_OPTIONS)],
  ["options.md", "members of attachments", memberTable(ATTACHMENT_OPTIONS)],
  ["options.md", "members of grants", memberTable(GRANT_OPTIONS)],
])("docs/%s has the contract's table of %s", (page, name, table) => {
  const file = join(DOCS, page);
  const section = new RegExp(`(<!-- ${name}: [^\\n]*-->\\n)[\\s\\S]*?(<!-- end of ${name} -->)`);
  const text = readFileSync(file, "utf8");
  expect(text).toMatch(section);
  const wanted = text.replace(section, (_, begin, end) => `${begin}${table}${end}`);
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, wanted);
  else expect(text).toBe(wanted);
});
