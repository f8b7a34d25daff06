// SPDX-License-Identifier: Apache-2.0

/** A token of CDKTF or CDK Terrain, as it stands in a string until synthesis replaces it. */
const TOKEN = /\$\{TfToken\[[a-zA-Z0-9:._-]+\]\}/g;

/** Text that is a token and nothing else, as nearly all text with a token is. */
const LONE_TOKEN = /^\$\{TfToken\[[a-zA-Z0-9:._-]+\]\}$/;

/**
 * Makes Terraform take `text` literally: `${` and `%{` begin templates in Terraform's JSON syntax as they do in HCL, so
 * they are doubled. Tokens pass through untouched, because synthesis turns them into references.
 *
 * Source: Terraform's documentation, "Strings and Templates", Escape Sequences.
 */
export function escapeTemplate(text: string): string {
  // Most text, which has neither templates nor tokens. Programs make this call thousands of times.
  if (!text.includes("{") || LONE_TOKEN.test(text)) return text;
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
