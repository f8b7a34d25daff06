// SPDX-License-Identifier: Apache-2.0
// Every option is one row. What programs can give, and how it is documented there, is what the rows say.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import {
  CONTEXT_OPTIONS,
  flatten,
  META_OPTIONS,
  type Option,
  RENDER_OPTIONS,
  TAILNET_OPTIONS,
  TAILSCALE_PROVIDER_OPTION,
  VARIABLES,
  WRITE_ONLY_OPTION,
} from "../../contract/index.js";

const ROOT = join(__dirname, "../..");

/** What is said of an option where it is declared. */
interface Declared {
  readonly doc: string;
  readonly default: string;
}

/** Reads the declarations of properties. */
class Declarations {
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;

  constructor(files: readonly string[]) {
    const { config } = ts.readConfigFile(join(ROOT, "tsconfig.json"), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
    this.#program = ts.createProgram(
      files.map((file) => join(ROOT, file)),
      { ...options, types: ["node"] },
    );
    this.#checker = this.#program.getTypeChecker();
  }

  /** The members of an exported interface, and of the objects and lists of objects in it, by their paths. */
  public of(file: string, name: string, options: readonly Option[]): Map<string, Declared> {
    const source = this.#program.getSourceFile(join(ROOT, file)) as ts.SourceFile;
    const exports = this.#checker.getExportsOfModule(this.#checker.getSymbolAtLocation(source) as ts.Symbol);
    const symbol = exports.find((one) => one.name === name) as ts.Symbol;
    return new Map(this.members(this.#checker.getDeclaredTypeOfSymbol(symbol), options, ""));
  }

  private members(type: ts.Type, options: readonly Option[], prefix: string): [string, Declared][] {
    // Of a union, which has the members that exactly one of is given, every type has all.
    const whole = type.isUnion() ? (type.types[0] as ts.Type) : type;
    return whole.getProperties().flatMap((member) => {
      const path = `${prefix}${member.name}`;
      const types = (type.isUnion() ? type.types : [type]).map((one) => this.typeOf(one, member.name));
      const inner = types.find((one) => (one.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Never)) === 0);
      const { kind, members } = options.find((one) => one.name === member.name) ?? { kind: "text" };
      const symbols = type.isUnion() ? type.types.map((one) => one.getProperty(member.name) as ts.Symbol) : [member];
      const own: [string, Declared] = [path, this.declared(symbols)];
      if (members === undefined || inner === undefined || inner.isClass()) return [own];
      if (kind === "object") return [own, ...this.members(inner, members, `${path}.`)];
      const [element] = this.#checker.getTypeArguments(inner as ts.TypeReference);
      return [own, ...this.members(element as ts.Type, members, `${path}[].`)];
    });
  }

  private typeOf(type: ts.Type, name: string): ts.Type {
    const symbol = type.getProperty(name) as ts.Symbol;
    return this.#checker.getNonNullableType(this.#checker.getTypeOfSymbol(symbol));
  }

  /** @param symbols of the same name, of which one has a comment */
  private declared(symbols: readonly ts.Symbol[]): Declared {
    const oneLine = (parts: ts.SymbolDisplayPart[] | undefined) => ts.displayPartsToString(parts).replace(/\s+/g, " ");
    const docs = symbols.map((symbol) => oneLine(symbol.getDocumentationComment(this.#checker)));
    const tags = symbols.flatMap((symbol) => symbol.getJsDocTags(this.#checker));
    return {
      doc: docs.find((doc) => doc !== "") ?? "",
      default: oneLine(tags.find(({ name }) => name === "default")?.text),
    };
  }
}

/** What rows say of options, by their paths. */
function rowsOf(options: readonly Option[], prefix = ""): [string, Declared][] {
  return options.flatMap((one) => {
    const path = `${prefix}${one.name}`;
    const { default: value, defaultText, members = [], what } = one;
    const text = value === undefined ? (defaultText === undefined ? "" : `- ${defaultText}`) : JSON.stringify(value);
    const own: [string, Declared] = [path, { doc: one.doc, default: text }];
    // A class of its own has options of its own.
    if (what?.startsWith("a TailnetOAuthClient") === true) return [own];
    return [own, ...rowsOf(members, one.kind === "objects" ? `${path}[].` : `${path}.`)];
  });
}

const FOR_TERRAFORM = [WRITE_ONLY_OPTION, ...META_OPTIONS];
const TAILNET = "constructs/tailnet.ts";
const CONTEXT = "constructs/context/tailnet-context-props.ts";
const declarations = new Declarations([TAILNET, CONTEXT]);

describe.each<[string, string, readonly Option[]]>([
  [TAILNET, "TailnetProps", [...TAILNET_OPTIONS, ...FOR_TERRAFORM, TAILSCALE_PROVIDER_OPTION]],
  [CONTEXT, "TailnetContextProps", [...CONTEXT_OPTIONS, ...FOR_TERRAFORM]],
])("%s", (file, name, options) => {
  const declared = declarations.of(file, name, options);
  const rows = rowsOf(options);

  test(`the properties of ${name} are the rows`, () => {
    expect([...declared.keys()].sort()).toEqual(rows.map(([path]) => path).sort());
  });

  test.each(rows)("%s is documented as its row says", (path, row) => {
    const { doc = "", default: value } = declared.get(path) ?? {};
    // More may follow, and hooks before and after a phase have one type.
    const isSaid =
      doc.startsWith(row.doc) || (/^(before|after)Hooks/.test(path) && doc.startsWith(row.doc.slice(0, -1)));
    expect(isSaid ? row.doc : doc).toBe(row.doc);
    expect(value).toBe(row.default);
  });
});

interface PulumiType {
  readonly properties?: Readonly<Record<string, PulumiProperty>>;
  readonly inputProperties?: Readonly<Record<string, PulumiProperty>>;
}

interface PulumiProperty {
  readonly $ref?: string;
  readonly items?: { readonly $ref?: string };
}

const SCHEMA = JSON.parse(readFileSync(join(ROOT, "test/pulumi/golden/schema.json"), "utf8"));

/** The arguments of a component, and of the objects and lists of objects in it, by their paths. */
function componentOptions(name: string): string[] {
  const resources: Readonly<Record<string, PulumiType>> = SCHEMA.resources;
  const paths = (members: Readonly<Record<string, PulumiProperty>>, prefix: string): string[] =>
    Object.entries(members).flatMap(([name, { $ref, items }]) => {
      const path = `${prefix}${name}`;
      const type: PulumiType | undefined = SCHEMA.types[($ref ?? items?.$ref ?? "").replace("#/types/", "")];
      // A component's outputs are a value, not options.
      if (type?.properties === undefined || name === "oauthClient") return [path];
      return [path, ...paths(type.properties, items === undefined ? `${path}.` : `${path}[].`)];
    });
  return paths(resources[`spacetail:index:${name}`]?.inputProperties ?? {}, "");
}

test.each<[string, readonly Option[]]>([
  ["Tailnet", TAILNET_OPTIONS],
  ["TailnetContext", CONTEXT_OPTIONS],
])("the arguments of Pulumi's %s are the rows", (name, options) => {
  expect(componentOptions(name).sort()).toEqual(
    rowsOf(options)
      .map(([path]) => path)
      .sort(),
  );
});

test("options have different names, a sentence each, and a place in some output", () => {
  const all = flatten(RENDER_OPTIONS);
  expect(new Set(all.map(({ path }) => path)).size).toBe(all.length);
  for (const { path, option } of all) {
    expect([path, option.doc]).toEqual([path, expect.stringMatching(/^[A-Z`][^|]*\.$/)]);
    expect([path, option.formats.length > 0]).toEqual([path, true]);
    expect([path, Object.values(option.places).join()]).toEqual([path, expect.not.stringContaining("|")]);
    const isComplete = option.isRequired === true || option.default !== undefined || option.defaultText !== undefined;
    expect([path, isComplete]).toEqual([path, true]);
  }
});

test("the variables that options become are those of the executable, and each of those has an option", () => {
  const options = flatten(RENDER_OPTIONS).map(({ option }) => option);
  const named = new Set(options.flatMap(({ variable }) => (variable === undefined ? [] : [withoutPrefix(variable)])));
  expect([...named].sort()).toEqual(VARIABLES.map(({ name }) => name).sort());
});

test("a variable is in every place of its option, and the executable names that option for it", () => {
  for (const { path, option } of flatten(RENDER_OPTIONS)) {
    const { variable, isSecret, places } = option;
    if (variable === undefined) continue;
    const { config, ...others } = { config: places["config-yml"] ?? "", ...places };
    expect([path, config]).toEqual([path, expect.stringContaining(variable)]);
    if (isSecret !== true) {
      for (const place of Object.values(others))
        expect([path, place]).toEqual([path, expect.stringContaining(variable)]);
    }
    const known = VARIABLES.find(({ name }) => name === withoutPrefix(variable));
    expect([path, known?.option.split(/, | or /)]).toEqual([path, expect.arrayContaining([path.split(".")[0]])]);
  }
});

/** Spacelift takes these prefixes away in the phases that the variable is for. */
function withoutPrefix(variable: string): string {
  return variable.replace(/^(ro|wo)_/, "");
}
