// SPDX-License-Identifier: Apache-2.0
import { FUNCTIONS } from "./functions.js";
import { type Expression, OPERATORS, type Reference, type Template } from "./value.js";

/** First parts of a dotted name that are something else than a resource type in Terraform. */
const OTHER_ROOTS = ["each", "count", "path", "self", "terraform", "ephemeral"];

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };

/**
 * Reads expressions and templates of Terraform's language. Whatever it does not know it refuses, so that nothing passes
 * through as text which Terraform would evaluate.
 */
export class Parser {
  #at = 0;
  #locals: readonly string[] = [];

  constructor(private readonly text: string) {}

  /** The whole text as an expression. @throws when it is none that is known here, or more than one */
  expression(): Expression {
    const expression = this.#choice();
    this.#skip();
    if (this.#at < this.text.length) throw this.#unknown();
    return expression;
  }

  /**
   * The whole text as a template: `${...}` is an interpolation, two or more dollar signs before a brace are that many
   * less one and no interpolation, the same goes for `%{`, and backslashes mean nothing.
   */
  template(): Template {
    return this.#template(false);
  }

  #template(quoted: boolean): Template {
    const parts: (string | Expression)[] = [];
    let literal = "";
    for (;;) {
      const rest = this.text.slice(this.#at);
      if (rest === "" || (quoted && rest.startsWith('"'))) break;
      const marker = /^([$%])\1*\{/.exec(rest)?.[0];
      if (marker === undefined) {
        // A run of markers without a brace after it is text as it stands.
        const run = /^([$%])\1*/.exec(rest)?.[0];
        literal += run ?? this.#character(quoted);
        this.#at += run?.length ?? 0;
      } else if (marker.length > 2) {
        literal += marker.slice(1);
        this.#at += marker.length;
      } else if (marker === "%{") {
        throw new Error("template directives are not known here; write %%{ for a literal %{");
      } else {
        if (literal !== "") parts.push(literal);
        literal = "";
        parts.push(this.#interpolation());
      }
    }
    if (literal !== "" || parts.length === 0) parts.push(literal);
    return parts;
  }

  /** One character of text, or what an escape sequence stands for. */
  #character(quoted: boolean): string {
    const character = String.fromCodePoint(this.text.codePointAt(this.#at) ?? 0);
    this.#at += character.length;
    if (!quoted || character !== "\\") return character;
    const [sequence = "", short, , hex] = /^(?:([nrt"\\])|(u([0-9a-fA-F]{4})))/.exec(this.text.slice(this.#at)) ?? [];
    if (sequence === "") throw new Error(`the escape sequence \\${this.text.charAt(this.#at)} is not known here`);
    this.#at += sequence.length;
    return short === undefined ? String.fromCharCode(Number.parseInt(hex ?? "", 16)) : (ESCAPES[short] ?? "");
  }

  #interpolation(): Expression {
    const from = this.#at;
    this.#at += 2;
    try {
      const expression = this.#choice();
      this.#expect("}");
      return expression;
    } catch (error) {
      if (this.text.indexOf("}", from) < 0) {
        throw new Error("an interpolation is not closed; write $${ for a literal ${", { cause: error });
      }
      const excerpt = this.text.slice(from, this.text.indexOf("}", from) + 1);
      const { message } = error as Error;
      throw new Error(`cannot evaluate ${excerpt}: ${message}; write $\${ for a literal \${`, { cause: error });
    }
  }

  #choice(): Expression {
    const condition = this.#operation(0);
    if (!this.#accept("?")) return condition;
    const branch = this.#choice();
    this.#expect(":");
    return { kind: "choice", branches: [condition, branch, this.#choice()] };
  }

  #operation(strength: number): Expression {
    const operators = OPERATORS[strength];
    if (operators === undefined) return this.#unary();
    let left = this.#operation(strength + 1);
    for (;;) {
      // The longer one first: `<=` begins with `<`.
      const operator = [...operators].sort((a, b) => b.length - a.length).find((one) => this.#accept(one));
      if (operator === undefined) return left;
      left = { kind: "operation", operator, operands: [left, this.#operation(strength + 1)] };
    }
  }

  #unary(): Expression {
    return this.#accept("!") ? { kind: "not", operand: this.#unary() } : this.#primary();
  }

  #primary(): Expression {
    if (this.#accept("(")) {
      const inner = this.#choice();
      this.#expect(")");
      return inner;
    }
    if (this.#accept('"')) return this.#quoted();
    if (this.#accept("[")) return this.#accept("for ") ? this.#for() : { kind: "list", elements: this.#list("]") };
    if (this.#accept("{")) return this.#object();
    const number = this.#match(/^-?\d+(\.\d+)?/);
    if (number !== null) return { kind: "literal", value: Number(number) };
    const name = this.#match(/^[A-Za-z_][\w-]*/);
    if (name === null) throw this.#unknown();
    if (name === "true" || name === "false") return { kind: "literal", value: name === "true" };
    if (name === "null") return { kind: "literal", value: null };
    if (this.text.charAt(this.#at) === "(") {
      this.#at += 1;
      if (name !== "can" && FUNCTIONS[name] === undefined) {
        throw new Error(
          `the function ${name} is not known here; known are ${Object.keys(FUNCTIONS).join(", ")} and can`,
        );
      }
      return { kind: "call", name, args: this.#list(")") };
    }
    return this.#traversal(name);
  }

  #quoted(): Expression {
    const parts = this.#template(true);
    this.#expect('"');
    const [only] = parts;
    return parts.length === 1 && typeof only === "string"
      ? { kind: "literal", value: only }
      : { kind: "template", parts };
  }

  #list(end: string): readonly Expression[] {
    const elements: Expression[] = [];
    while (!this.#accept(end)) {
      elements.push(this.#choice());
      if (!this.#accept(",")) {
        this.#expect(end);
        break;
      }
    }
    return elements;
  }

  #object(): Expression {
    const entries: (readonly [Expression, Expression])[] = [];
    while (!this.#accept("}")) {
      const bare = this.#match(/^[A-Za-z_][\w-]*(?=\s*[=:])/);
      const key: Expression = bare === null ? this.#primary() : { kind: "literal", value: bare };
      if (!this.#accept("=") && !this.#accept(":")) throw this.#unknown();
      entries.push([key, this.#choice()]);
      // A new line separates entries as a comma does, and is skipped as all blanks are.
      this.#accept(",");
    }
    return { kind: "object", entries };
  }

  /** `[for element in list : result]`, its first word read. */
  #for(): Expression {
    const name = this.#match(/^[A-Za-z_][\w-]*/);
    if (name === null || !this.#accept("in ")) throw this.#unknown();
    const list = this.#choice();
    this.#expect(":");
    const before = this.#locals;
    this.#locals = [...before, name];
    const result = this.#choice();
    this.#locals = before;
    this.#expect("]");
    return { kind: "for", name, list, result };
  }

  #traversal(first: string): Expression {
    const names = [first];
    for (let next = this.#match(/^\.[A-Za-z_][\w-]*/); next !== null; next = this.#match(/^\.[A-Za-z_][\w-]*/)) {
      names.push(next.slice(1));
    }
    if (names.length === 1 && this.#locals.includes(first)) return { kind: "element", name: first };
    const reference = referenceOf(names);
    if (reference === null || /^[.[]/.test(this.text.slice(this.#at))) {
      throw new Error(
        `the reference ${names.join(".")} is not known here; known are those like type.name.attribute and var.name`,
      );
    }
    return { kind: "reference", reference };
  }

  #accept(token: string): boolean {
    this.#skip();
    if (!this.text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) throw this.#unknown();
  }

  #match(pattern: RegExp): string | null {
    // Blanks may stand before everything but the dots of a name.
    if (!pattern.source.startsWith("^\\.")) this.#skip();
    const found = pattern.exec(this.text.slice(this.#at))?.[0] ?? null;
    this.#at += found?.length ?? 0;
    return found;
  }

  #skip(): void {
    while (/\s/.test(this.text.charAt(this.#at))) this.#at += 1;
  }

  #unknown(): Error {
    const rest = this.text.slice(this.#at, this.#at + 12);
    return new Error(rest === "" ? "it is not closed" : `what begins with ${JSON.stringify(rest)} is not known here`);
  }
}

function referenceOf(names: readonly string[]): Reference | null {
  const [root = ""] = names;
  const of = names.slice(0, -1).join(".");
  const attribute = names.at(-1) ?? "";
  if (OTHER_ROOTS.includes(root)) return null;
  const wanted = root === "data" ? 4 : root === "var" || root === "local" ? 2 : 3;
  return names.length === wanted ? { of, attribute } : null;
}
