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
  let out = "";
  let end = 0;
  for (const token of text.matchAll(TOKEN)) {
    out += escapeLiteral(text.slice(end, token.index)) + token[0];
    end = token.index + token[0].length;
  }
  return out + escapeLiteral(text.slice(end));
}

function escapeLiteral(text: string): string {
  return text.split("${").join("$${").split("%{").join("%%{");
}
