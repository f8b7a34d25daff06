// SPDX-License-Identifier: Apache-2.0
// Makes compiled modules load each other on first use, so that a program pays only for what it takes from the library.
import { readFileSync, writeFileSync } from "node:fs";

const IMPORT = /^(?:const|var) (\w+) = require\("(\.[^"]+)"\);$/gm;
const GETTER = /^Object\.defineProperty\(exports, ("\w+"), \{ enumerable: true, get: function \(\) \{ (.*) \} \}\);$/gm;

/**
 * Rewrites one CommonJS file as TypeScript emits it, in place. An import of another file of the library becomes a
 * function, which its uses call; packages are imported as before. What is exported on behalf of other files is defined in
 * other words, because Node takes a getter that is more than a plain member for one with side effects, and hides it from
 * ESM; the names are known to it from the head of the file.
 */
export function loadLazily(file) {
  const text = readFileSync(file, "utf8");
  const names = [...text.matchAll(IMPORT)].map(([, name]) => name);
  if (names.length === 0) return;
  const uses = new RegExp(`\\b(${names.join("|")})\\.`, "g");
  const lazy = text
    // The parentheses make `new a().B()` the construction of B.
    .replace(uses, "($1()).")
    .replace(IMPORT, 'let $1_loaded;\nconst $1 = () => ($1_loaded ??= require("$2"));')
    .replace(GETTER, "lazily($1, () => { $2 });");
  const helper = "const lazily = (name, get) => Object.defineProperty(exports, name, { enumerable: true, get });\n";
  const head = '"use strict";\n';
  writeFileSync(file, lazy.includes("lazily(") ? lazy.replace(head, head + helper) : lazy);
}
