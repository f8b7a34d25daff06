// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { findVariable, VARIABLES } from "../../contract/index.js";
import { OPTIONS } from "../../contract/options/options.js";

const ROOT = join(__dirname, "../..");

/** Members of a user's properties by their paths, with a dot between the names of members. */
function membersOf(type: ts.Type, checker: ts.TypeChecker, prefix = ""): string[] {
  return type.getProperties().flatMap((member) => {
    const path = `${prefix}${member.name}`;
    const inner = checker.getNonNullableType(checker.getTypeOfSymbol(member));
    return isOfMembers(inner) ? membersOf(inner, checker, `${path}.`) : [path];
  });
}

/** True for interfaces of ours whose members are options. Classes, and types of engines, are values. */
function isOfMembers(type: ts.Type): boolean {
  const [declaration] = type.getSymbol()?.getDeclarations() ?? [];
  const file = declaration?.getSourceFile().fileName ?? "";
  return type.isClassOrInterface() && !type.isClass() && /\/constructs\/(auth|context|support)\//.test(file);
}

/** What users can say to the constructs: their properties, and the methods by which they add more. */
function constructOptions(): string[] {
  const file = join(ROOT, "constructs/tailnet.ts");
  const contextFile = join(ROOT, "constructs/context/tailnet-context-props.ts");
  const { config } = ts.readConfigFile(join(ROOT, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const program = ts.createProgram([file, contextFile], { ...options, types: ["node"] });
  const checker = program.getTypeChecker();
  const propertiesOf = (path: string, name: string) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(path) as ts.SourceFile) as ts.Symbol;
    const found = checker.getExportsOfModule(module).find((one) => one.name === name) as ts.Symbol;
    return membersOf(checker.getDeclaredTypeOfSymbol(found), checker);
  };
  return [...propertiesOf(file, "TailnetProps"), ...propertiesOf(contextFile, "TailnetContextProps")];
}

interface PulumiType {
  readonly properties?: Readonly<Record<string, PulumiProperty>>;
  readonly inputProperties?: Readonly<Record<string, PulumiProperty>>;
}

interface PulumiProperty {
  readonly $ref?: string;
}

const SCHEMA = JSON.parse(readFileSync(join(ROOT, "test/pulumi/golden/schema.json"), "utf8"));

/** What users can say to Pulumi's components. */
function componentOptions(): string[] {
  const resources: Readonly<Record<string, PulumiType>> = SCHEMA.resources;
  const paths = (members: Readonly<Record<string, PulumiProperty>>, prefix: string): string[] =>
    Object.entries(members).flatMap(([name, { $ref = "" }]) => {
      const type: PulumiType | undefined = SCHEMA.types[$ref.replace("#/types/", "")];
      return type?.properties === undefined ? [`${prefix}${name}`] : paths(type.properties, `${prefix}${name}.`);
    });
  return ["Tailnet", "TailnetContext"].flatMap((name) => {
    return paths(resources[`spacetail:index:${name}`]?.inputProperties ?? {}, "");
  });
}

/** What `column` says of all options, but for methods and what belongs to every resource of an engine. */
function named(column: "constructs" | "pulumi"): string[] {
  const names = OPTIONS.map((option) => option[column]);
  return names.filter((name) => name !== "" && !name.includes("(") && name !== "resource options");
}

/** Without what holds other members, and without members of what means something to programs alone. */
function leaves(names: readonly string[]): string[] {
  const whole = OPTIONS.filter(({ kind }) => kind === "program").map(({ name }) => name);
  const all = [...new Set(names.map((name) => whole.find((one) => name.startsWith(`${one}.`)) ?? name))];
  return all.filter((name) => !all.some((other) => other.startsWith(`${name}.`))).sort();
}

test("every property of the constructs is an option, and every option is a property or a method", () => {
  expect(leaves(named("constructs"))).toEqual(leaves(constructOptions()));
  const methods = OPTIONS.flatMap(({ constructs }) => (constructs.includes("(") ? constructs.split(", ") : []));
  expect(methods.sort()).toEqual(["addAfter()", "addBefore()", "attachTo()", "attachToModule()"]);
});

test("every argument of Pulumi's components is an option, and the other way round", () => {
  expect(leaves(named("pulumi"))).toEqual(leaves(componentOptions()));
});

test.each(["files", "beforeHooks", "afterHooks", "attachments", "grants"])(
  "elements of %s have the members that Pulumi's arguments have",
  (name) => {
    const items = { files: "TailnetFile", attachments: "TailnetAttachment", grants: "TailnetGrant" };
    const type = (items as Readonly<Record<string, string>>)[name] ?? "TailnetHook";
    const { properties } = SCHEMA.types[`spacetail:index:${type}`];
    const members = OPTIONS.find((option) => option.name === name)?.members ?? {};
    expect(Object.keys(members).sort()).toEqual(Object.keys(properties).sort());
  },
);

test("options have different names, a sentence each, and a place in some output", () => {
  expect(new Set(OPTIONS.map(({ name }) => name)).size).toBe(OPTIONS.length);
  for (const { name, doc, kind, members, constructs, hcl, configYml, plugin } of OPTIONS) {
    expect([name, doc]).toEqual([name, expect.stringMatching(/^[A-Z`].*\.$/)]);
    expect([name, Object.keys(members).length > 0]).toEqual([name, kind === "objects"]);
    if (kind !== "program") expect([name, hcl + configYml + plugin]).not.toEqual([name, ""]);
    expect([name, constructs !== "" || name === "author"]).toEqual([name, true]);
  }
});

test("the variables that options become are those of the executable, and each of those has an option", () => {
  const places = OPTIONS.flatMap(({ hcl, configYml, plugin }) => [hcl, configYml, plugin]);
  const mentioned = places.flatMap((place) => place.match(/\b(ro_|wo_)?(TS_[A-Z0-9_]+|TRACE)\b/g) ?? []);
  const named = mentioned.map((name) => findVariable(name.replace(/^(ro|wo)_/, ""))?.name);
  // Contexts set the option acceptDns with a flag in TS_EXTRA_ARGS.
  const all = VARIABLES.map(({ name }) => name).filter((name) => name !== "TS_ACCEPT_DNS");
  expect([...new Set(named)].sort()).toEqual(all.sort());
});

test("the variable of an option is the one that the README names for it", () => {
  for (const { name, configYml } of OPTIONS) {
    const [, variable] = /^`environment\.(?:ro_|wo_)?(\w+)`$/.exec(configYml) ?? [];
    if (variable === undefined) continue;
    const known = findVariable(variable);
    expect([name, known?.option.split(/, | or /)]).toEqual([name, expect.arrayContaining([name.split(".")[0]])]);
  }
});
