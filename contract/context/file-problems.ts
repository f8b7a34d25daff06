// SPDX-License-Identifier: Apache-2.0
import { fileContentProblem, filePathProblem } from "./files.js";
import { broken, brokenSecret, type Given, readable, required, text } from "./rules.js";

/** A file of a context, as users give it. */
export interface FileValues {
  /** Known at once, because it names a resource. */
  readonly path: string;
  readonly content: Given<string>;
  readonly secret?: boolean;
}

/** What is wrong with files, never showing what is in them; null for each rule that is kept. */
export function* fileProblems(files: readonly FileValues[]): Generator<string | null> {
  const paths = files.map(({ path }) => path);
  for (const { path, content, secret } of files) {
    yield broken("files.path", required(text(filePathProblem))(path), path);
    yield brokenSecret("files.path", readable(path));
    const twice = paths.indexOf(path) !== paths.lastIndexOf(path);
    yield broken("files.path", twice ? "must not be given twice" : null, path);
    yield brokenSecret(`files.content of ${path}`, required(text(fileContentProblem))(content));
    if (secret === false) yield brokenSecret(`files.content of ${path}`, readable(content));
  }
}
