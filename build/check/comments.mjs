// SPDX-License-Identifier: Apache-2.0
// Comment lines that are too wide; the formatter wraps code alone.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { filesOf } from "./sources.mjs";

const WIDTH = 120;

/** How the comments of a file are found, by the end of its path. */
const LANGUAGES = [
  [/\.(ts|mjs|js)$/, commentsOfScript],
  [/\.(c|h|go)$/, commentsOfC],
  [/\.sh$|(^|\/)Dockerfile[^/]*$|^\.ci\/run$/, commentsOfShell],
];

/** One line for every line that is wider than that and ends in a comment. */
export function wideComments(root) {
  return filesOf(root).flatMap((path) => {
    const find = LANGUAGES.find(([pattern]) => pattern.test(path))?.[1];
    if (find === undefined) return [];
    const text = readFileSync(join(root, path), "utf8");
    if (!text.split("\n").some((line) => columns(line) > WIDTH)) return [];
    const wide = find(text).flatMap(({ from, to }) => linesOf(text, from, to));
    return [...new Set(wide)].map((line) => `${path}:${line} has a comment line of more than ${WIDTH} columns`);
  });
}

/** The numbers of the lines of a comment that are too wide, but for those that are one word, as addresses are. */
function linesOf(text, from, to) {
  let number = text.slice(0, from).split("\n").length;
  let start = text.lastIndexOf("\n", from - 1) + 1;
  const wide = [];
  while (start < to) {
    const end = text.indexOf("\n", start) < 0 ? text.length : text.indexOf("\n", start);
    const comment = text.slice(Math.max(start, from), Math.min(end, to)).replace(/^\s*(\/\/|\/\*+|\*|#)/, "");
    if (columns(text.slice(start, Math.min(end, to))) > WIDTH && comment.trim().includes(" ")) wide.push(number);
    start = end + 1;
    number += 1;
  }
  return wide;
}

/** The width of a line, with tabs as Go's editors show them at least. */
function columns(line) {
  return [...line.replaceAll("\t", "    ")].length;
}

/** Comments precede and follow tokens. */
function commentsOfScript(text) {
  const source = ts.createSourceFile("file.ts", text, ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node) => {
    const ranges = [
      ...(ts.getLeadingCommentRanges(text, node.pos) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.end) ?? []),
    ];
    for (const { pos, end } of ranges) found.push({ from: pos, to: end });
    for (const child of node.getChildren(source)) visit(child);
  };
  visit(source);
  return found;
}

/** The first of these at a place is a comment, or text in which none begins. */
const C = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`]*`/g;

function commentsOfC(text) {
  const found = [...text.matchAll(C)].filter(([token]) => token.startsWith("/") && !token.startsWith("//go:"));
  return found.map((match) => ({ from: match.index, to: match.index + match[0].length }));
}

function commentsOfShell(text) {
  const found = [...text.matchAll(/^[ \t]*#[^\n]*/gm)];
  return found.map((match) => ({ from: match.index, to: match.index + match[0].length }));
}
