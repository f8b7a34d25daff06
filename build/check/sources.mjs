// SPDX-License-Identifier: Apache-2.0
// The sources of a repository, parsed.
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";

/** Folders that hold what others wrote, or what was generated. */
const NOT_OURS = ["node_modules", "dist", ".cache", ".git", "generated", "golden", "api", "cdktf.out"];

/** The paths of all files that people wrote, relative to the root. */
export function filesOf(root, folder = ".") {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.includes(entry.name) ? [] : filesOf(root, path);
    return entry.isFile() ? [path] : [];
  });
}

/** Every file of TypeScript or JavaScript, parsed, with the imports that it holds. */
export function modulesOf(root) {
  const paths = filesOf(root).filter((path) => /\.(ts|mjs|js)$/.test(path));
  const known = new Set(paths);
  return paths.map((path) => {
    const source = ts.createSourceFile(path, readFileSync(join(root, path), "utf8"), ts.ScriptTarget.Latest, true);
    return { path, source, imports: importsOf(source, path, known) };
  });
}

/** Does `visit` with every node of a syntax tree. */
export function walk(node, visit) {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** The line of a node, as editors count. */
export function lineOf(source, node) {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

/** Imports, exports from elsewhere, types by `import()` and calls of `require`: all of what a module names. */
function importsOf(source, path, known) {
  const imports = [];
  walk(source, (node) => {
    const name = specifierOf(node);
    if (name === undefined) return;
    const target = name.startsWith(".") ? resolved(posix.join(posix.dirname(path), name), known) : undefined;
    imports.push({ name, target, line: lineOf(source, node), isType: isTypeOnly(node) });
  });
  return imports;
}

/** Whether nothing is left of an import when the program runs. */
function isTypeOnly(node) {
  if (ts.isImportTypeNode(node) || node.isTypeOnly || node.importClause?.isTypeOnly) return true;
  const names = node.importClause?.namedBindings ?? node.exportClause;
  return names?.elements?.length > 0 && names.elements.every((one) => one.isTypeOnly) && !node.importClause?.name;
}

function specifierOf(node) {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier?.text;
  if (ts.isImportTypeNode(node)) return node.argument.literal?.text;
  if (!ts.isCallExpression(node)) return undefined;
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.text === "require";
  const [argument] = node.arguments;
  return isImport && argument !== undefined && ts.isStringLiteral(argument) ? argument.text : undefined;
}

/** The file behind a relative name: TypeScript is imported as the JavaScript that it becomes. */
function resolved(path, known) {
  const candidates = [path, path.replace(/\.js$/, ".ts"), `${path}.ts`, `${path}/index.ts`];
  return candidates.find((candidate) => known.has(candidate)) ?? path;
}
