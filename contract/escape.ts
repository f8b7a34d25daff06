// SPDX-License-Identifier: Apache-2.0

/** A token of CDKTF or CDK Terrain, as it stands in a string until synthesis replaces it. */
const TOKEN = /\$\{TfToken\[[a-zA-Z0-9:._-]+\]\}/g;

/**
 * Makes Terraform take `text` literally: `${` and `%{` begin templates in Terraform's JSON syntax as they do in HCL, so
 * they are doubled. Tokens pass through untouched, because synthesis turns them into references.
 *
 * Source: Terraform's documentation, "Strings and Templates", Escape Sequences.
 */
export function escapeTemplate(text: string): string {
  if (!text.includes("${") && !text.includes("%{")) return text;
  const before = recent.get(text);
  if (before !== undefined) return before;
  const escaped = escapeAll(text);
  if (recent.size >= RECENT) recent.clear();
  recent.set(text, escaped);
  return escaped;
}

/**
 * What was escaped lately. Contexts of one program have the same long hooks, and so they share the escaped texts too,
 * which is most of what a context would take in memory.
 */
const recent = new Map<string, string>();
const RECENT = 64;

function escapeAll(text: string): string {
  let out = "";
  let end = 0;
  for (const token of text.matchAll(TOKEN)) {
    out += setDollarsApart(escapeLiteral(text.slice(end, token.index))) + token[0];
    end = token.index + token[0].length;
  }
  return out + escapeLiteral(text.slice(end));
}

/** Dollar signs right before a reference would make it an escape sequence, so they stand in a template of their own. */
function setDollarsApart(escaped: string): string {
  return escaped.replace(/\$+$/, (dollars) => `\${"${dollars}"}`);
}

function escapeLiteral(text: string): string {
  return text.split("${").join("$${").split("%{").join("%%{");
}
