// SPDX-License-Identifier: Apache-2.0
// What editors show of the components.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "../..");
const PROGRAM = join(__dirname, "editor-program.ts");
const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  target: ts.ScriptTarget.ES2022,
  strict: true,
  skipLibCheck: true,
  types: [],
};

/** An editor with a program in it that is on no disk. */
function editor(program: string): ts.LanguageService {
  const read = (path: string) => (path === PROGRAM ? program : ts.sys.readFile(path));
  return ts.createLanguageService({
    getCompilationSettings: () => OPTIONS,
    getScriptFileNames: () => [PROGRAM],
    getScriptVersion: () => "1",
    getScriptSnapshot: (path) => {
      const text = read(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => ROOT,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (path) => path === PROGRAM || ts.sys.fileExists(path),
    readFile: read,
    directoryExists: ts.sys.directoryExists,
  });
}

/** The names that the components' entry point exports, types among them. */
function exportedNames(): string[] {
  const text = readFileSync(join(ROOT, "pulumi/index.ts"), "utf8");
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].map(([, list = ""]) => list);
  return lists.flatMap((list) => list.split(",").map((name) => name.replace("type ", "").trim())).filter(Boolean);
}

test("every export is documented where programs name it", () => {
  const names = exportedNames();
  expect(names).toEqual(expect.arrayContaining(["Tailnet", "TailnetContextArgs", "spacelift"]));
  const program = `import {\n${names.join(",\n")},\n} from "../../pulumi/index.js";`;
  const service = editor(program);
  const documented = names.filter((name) => {
    const info = service.getQuickInfoAtPosition(PROGRAM, program.indexOf(`\n${name},`) + 1);
    return ts.displayPartsToString(info?.documentation) !== "";
  });
  expect(documented).toEqual(names);
});
