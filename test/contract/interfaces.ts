// SPDX-License-Identifier: Apache-2.0
// What the sources of a room say of its exported interfaces. They are parsed and not compiled: types of engines are
// large.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** A member of an interface as it is written. */
export interface Member {
  readonly name: string;
  readonly isOptional: boolean;
  readonly type: string;
  /** The text of its documentation without tags, in one line. */
  readonly doc: string;
  /** What follows `@default`, in one line; empty if there is none. */
  readonly default: string;
}

/** What is left out of each room: it is not for users to fill in. */
const LEFT_OUT = { constructs: /^bindings\//, pulumi: /^(node_modules|spacelift|support)\// };

/**
 * The exported interfaces of a room by name, each with the members that it inherits.
 *
 * @param root of the project, or of a copy
 */
export function interfacesOf(root: string, room: keyof typeof LEFT_OUT): ReadonlyMap<string, Member[]> {
  const folder = join(root, room);
  const declarations = new Map<string, ts.InterfaceDeclaration>();
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith(".ts") || LEFT_OUT[room].test(path)) continue;
    const source = ts.createSourceFile(path, readFileSync(join(folder, path), "utf8"), ts.ScriptTarget.Latest, true);
    for (const statement of source.statements) {
      const isExported = ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(isExport) === true;
      if (ts.isInterfaceDeclaration(statement) && isExported) declarations.set(statement.name.text, statement);
    }
  }
  const membersOf = (name: string): Member[] => {
    const declaration = declarations.get(name);
    if (declaration === undefined) throw new Error(`no interface ${name} in ${folder}`);
    const parents = declaration.heritageClauses?.flatMap(({ types }) => types.map((type) => type.getText())) ?? [];
    return [...parents.flatMap(membersOf), ...declaration.members.map(memberOf)];
  };
  return new Map([...declarations.keys()].map((name) => [name, membersOf(name)]));
}

function isExport({ kind }: ts.ModifierLike): boolean {
  return kind === ts.SyntaxKind.ExportKeyword;
}

function memberOf(member: ts.TypeElement): Member {
  if (!ts.isPropertySignature(member)) throw new Error(`${member.getText()} is not a property`);
  const comment = ts.getJSDocCommentsAndTags(member)[0]?.getText() ?? "";
  const text = comment
    .replace(/^\/\*\*|\*\/$/g, "")
    .replace(/^\s*\* ?/gm, "")
    .replace(/\s+/g, " ");
  const [doc = "", given = ""] = text.split(" @default ");
  return {
    name: member.name.getText(),
    isOptional: member.questionToken !== undefined,
    type: member.type?.getText() ?? "",
    doc: doc.trim(),
    default: given.trim(),
  };
}
