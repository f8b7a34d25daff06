// SPDX-License-Identifier: Apache-2.0
// Regular expressions in what is compiled natively, where one alone would link an engine for them.
import ts from "typescript";
import { COMPILED } from "../rooms.mjs";
import { lineOf, walk } from "./sources.mjs";

/** Methods of strings that make a regular expression of their argument, whatever it is. */
const METHODS = ["match", "matchAll", "search"];

/** One line for every regular expression in a file that is compiled natively. */
export function regularExpressions(modules) {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const compiled = new Set([...byPath.keys()].filter((path) => path.startsWith(`${COMPILED.folder}/`)));
  if (byPath.has(COMPILED.entry)) compiled.add(COMPILED.entry);
  // A set hands out what is added while it is read.
  for (const path of compiled) {
    for (const { target } of byPath.get(path).imports) if (byPath.has(target)) compiled.add(target);
  }
  return [...compiled].flatMap((path) => {
    const { source } = byPath.get(path);
    const lines = [];
    walk(source, (node) => {
      if (isRegularExpression(node)) lines.push(`${path}:${lineOf(source, node)} holds a regular expression`);
    });
    return lines;
  });
}

function isRegularExpression(node) {
  if (ts.isRegularExpressionLiteral(node)) return true;
  if (ts.isIdentifier(node)) return node.text === "RegExp";
  return (
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    METHODS.includes(node.expression.name.text)
  );
}
