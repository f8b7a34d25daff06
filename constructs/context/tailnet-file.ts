// SPDX-License-Identifier: Apache-2.0
import { Fn, TerraformLocal, Token } from "cdktf";
import type { Construct, IConstruct } from "constructs";
import { base64 } from "../../contract/context/base64.js";
import { fileContentProblem, filePathProblem } from "../../contract/context/files.js";
import { broken, brokenSecret } from "../../contract/context/rules.js";
import { escapeTemplate } from "../support/escape.js";
import { knownText, type Rule, required } from "../support/rules.js";
import { readableProblem } from "../support/secrets.js";

/** A file that runs find under /mnt/workspace. It is not executable: a hook can say `sh /mnt/workspace/FILE`. */
export interface TailnetFile {
  /** Path relative to /mnt/workspace; the stack's code is in `source`. Not a token. */
  readonly path: string;

  /** The text of the file, at most 2 MiB. */
  readonly content: string;

  /**
   * Let nobody read the file back, though code of a run can. A secret should be a token: plain text would stand in the
   * synthesized JSON.
   * @default true
   */
  readonly secret?: boolean;
}

/** What is wrong with files, never showing what is in them; null for each rule that is kept. */
export function* fileProblems(scope: IConstruct, files: readonly TailnetFile[]): Generator<string | null> {
  const paths = files.map(({ path }) => path);
  for (const { path, content, secret } of files) {
    yield broken("files.path", required(pathRule)(path), path);
    yield brokenSecret("files.path", readableProblem(scope, path));
    const twice = paths.indexOf(path) !== paths.lastIndexOf(path);
    yield broken("files.path", twice ? "must not be given twice" : null, path);
    yield brokenSecret(`files.content of ${path}`, required(knownText(fileContentProblem))(content));
    if (secret === false) yield brokenSecret(`files.content of ${path}`, readableProblem(scope, content));
  }
}

/** The path names the construct, so it cannot wait for a token to be resolved. */
const pathRule: Rule<string> = (path) => {
  if (path === undefined) return null;
  return Token.isUnresolved(path) ? "must be known when the program runs, not a token" : filePathProblem(path);
};

/** The id of the construct for a file. No variable is called like that. */
export function fileId(path: string): string {
  return `file:${path}`;
}

/**
 * A text in the Base64 that Spacelift's provider wants. Terraform encodes what only it knows, from a local value: text in
 * the arguments of functions is not escaped by CDKTF.
 */
export function encoded(scope: Construct, path: string, content: string): string {
  if (!Token.isUnresolved(content)) return base64(content);
  return Fn.base64encode(new TerraformLocal(scope, `content:${path}`, escapeTemplate(content)).asString);
}
