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

/** Keeps what was parsed once, which is most of the time. */
const registry = ts.createDocumentRegistry();
let editors = 0;

/** An editor with a program in it that is on no disk. */
function editor(program: string): ts.LanguageService {
  editors += 1;
  const version = String(editors);
  const read = (path: string) => (path === PROGRAM ? program : ts.sys.readFile(path));
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => OPTIONS,
    getScriptFileNames: () => [PROGRAM],
    getScriptVersion: (path) => (path === PROGRAM ? version : "0"),
    getScriptSnapshot: (path) => {
      const text = read(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => ROOT,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (path) => path === PROGRAM || ts.sys.fileExists(path),
    readFile: read,
    directoryExists: ts.sys.directoryExists,
  };
  return ts.createLanguageService(host, registry);
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

const IMPORT = 'import * as all from "../../pulumi/index.js";\nnew all.';

describe("words", () => {
  test.each([
    ['TailnetContext("c", { name: "c", auth: {}, phases: ["plan", "|"] });', ["init", "plan", "apply"]],
    ['TailnetFederatedIdentity("i", { account: "a", tags: [], scope: "|" });', ["read", "write"]],
    ['TailnetFederatedIdentity("i", { account: "a", tags: [], runTypes: ["|"] });', ["PROPOSED", "TRACKED"]],
    ['Tailnet("t", { trust: { runTypes: ["|"] } });', ["PROPOSED", "TRACKED"]],
  ])("are completed in %s", (statement, words) => {
    const program = IMPORT + statement;
    const at = program.indexOf("|");
    const completions = editor(program.replace("|", "")).getCompletionsAtPosition(PROGRAM, at, {});
    const names = completions?.entries.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(words));
    expect(names?.length).toBeLessThan(6);
  });
});

describe("types", () => {
  function mistakes(statement: string): number {
    const program = `import * as pulumi from "@pulumi/pulumi";\n${IMPORT}${statement}`;
    return editor(program).getSemanticDiagnostics(PROGRAM).length;
  }

  test.each([
    'Tailnet("t");',
    'Tailnet("t", { phases: pulumi.output(["plan"]), tags: ["tag:a", pulumi.output("tag:b")] });',
    'Tailnet("t", { tags: ["tag:a"] as const, grants: [{ dst: ["tag:b"] }] as const, files: [] as const });',
    'TailnetContext("c", { name: "c", auth: { federated: { identity: new all.TailnetFederatedIdentity("i", { account: "a", tags: [] }) } } });',
  ])("take %s", (statement) => expect(mistakes(statement)).toBe(0));

  test.each(['Tailnet("t", { phases: ["plann"] });', 'Tailnet("t", { trust: { scope: "raed" } });'])(
    "refuse %s",
    (statement) => expect(mistakes(statement)).toBe(1),
  );
});
