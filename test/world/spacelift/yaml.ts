// SPDX-License-Identifier: Apache-2.0
import { parseDocument } from "yaml";

/**
 * A part of a YAML document that is read by what is expected there. Every refusal names the document and the path in
 * it: `.spacelift/config.yml: stacks.web.before_run is not known here`.
 */
export class Yaml {
  private constructor(
    private readonly document: string,
    private readonly path: string,
    private readonly value: unknown,
  ) {}

  /**
   * Parses a document; aliases and merge keys are resolved.
   *
   * @throws when it is not YAML, or a key is there twice
   */
  static parse(document: string, text: string): Yaml {
    const parsed = parseDocument(text, { merge: true });
    const [problem] = [...parsed.errors, ...parsed.warnings];
    if (problem !== undefined) throw new Error(`${document}: ${problem.message.split("\n")[0]}`);
    return new Yaml(document, "", parsed.toJS());
  }

  /** Whether there is nothing, or an explicit null. */
  get isMissing(): boolean {
    return this.value === null || this.value === undefined;
  }

  /** The parts of a map by their keys; of nothing at all, none. @throws when it is something else */
  entries(): readonly (readonly [string, Yaml])[] {
    if (this.isMissing) return [];
    if (typeof this.value !== "object" || Array.isArray(this.value)) throw this.problem("must be a map");
    return Object.entries(this.value as object).map(([key, value]) => [
      key,
      new Yaml(this.document, this.path === "" ? key : `${this.path}.${key}`, value),
    ]);
  }

  /** The parts of a map which may have these keys and no others; those it has not are missing. */
  members<Key extends string>(keys: readonly Key[]): Readonly<Record<Key, Yaml>> {
    const given = new Map(this.entries());
    for (const [key, part] of given) if (!keys.includes(key as Key)) throw part.problem("is not known here");
    const of = (key: Key) =>
      given.get(key) ?? new Yaml(this.document, this.path === "" ? key : `${this.path}.${key}`, undefined);
    return Object.fromEntries(keys.map((key) => [key, of(key)])) as Readonly<Record<Key, Yaml>>;
  }

  /** The elements of a list; of nothing at all, none. @throws when it is something else */
  elements(): readonly Yaml[] {
    if (this.isMissing) return [];
    if (!Array.isArray(this.value)) throw this.problem("must be a list");
    return this.value.map((value, index) => new Yaml(this.document, `${this.path}[${index}]`, value));
  }

  /** Text, and only text: what YAML reads as a number or a boolean stands for something that was not quoted. */
  text(): string {
    if (this.isMissing) throw this.problem("is missing");
    if (typeof this.value !== "string") throw this.problem("must be text; quote it");
    return this.value;
  }

  /** Text that is not empty. */
  someText(): string {
    const text = this.text();
    if (text === "") throw this.problem("must not be empty");
    return text;
  }

  /** The same, or null if there is nothing. */
  textOrNull(): string | null {
    return this.isMissing ? null : this.text();
  }

  /** A boolean; nothing at all is false. */
  flag(): boolean {
    if (this.isMissing) return false;
    if (typeof this.value !== "boolean") throw this.problem("must be true or false");
    return this.value;
  }

  /** Whether it is that number. */
  isNumber(number: number): boolean {
    return this.value === number;
  }

  /** An error about this part. */
  problem(reason: string): Error {
    return new Error(`${this.document}: ${this.path === "" ? "it" : this.path} ${reason}`);
  }
}
