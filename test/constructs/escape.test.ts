// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of shells and Terraform hold such placeholders
// That Terraform reads the result as meant is shown in test/constructs/escaping.test.ts.
import { escapeTemplate } from "../../constructs/support/escape.js";

const token = "${" + "TfToken[TOKEN.7]}";

test.each([
  ["echo ${HOME:-x} %{pct} $HOME", "echo $${HOME:-x} %%{pct} $HOME"],
  ["$${keep} %%{keep}", "$$${keep} %%%{keep}"],
  ["100% of $5 {}", "100% of $5 {}"],
  ["ends in ${", "ends in $${"],
  ["", ""],
])("%j is written %j", (text, escaped) => {
  expect(escapeTemplate(text)).toBe(escaped);
});

test("tokens are not changed, wherever they are", () => {
  expect(escapeTemplate(token)).toBe(token);
  expect(escapeTemplate(`a ${token}\${b}${token}`)).toBe(`a ${token}$\${b}${token}`);
});

test("what only resembles a token is text", () => {
  expect(escapeTemplate("${TfToken[]} ${TfToken[a b]} #{TfToken[X]}")).toBe(
    "$${TfToken[]} $${TfToken[a b]} #{TfToken[X]}",
  );
});
