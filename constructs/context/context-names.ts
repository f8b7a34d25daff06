// SPDX-License-Identifier: Apache-2.0
import { type TerraformProvider, TerraformStack, Token } from "cdktf";
import type { IConstruct } from "constructs";

/** The contexts of one stack by name. Names are unique in an account, and one provider serves one account. */
export class ContextNames {
  static readonly #stacks = new WeakMap<IConstruct, ContextNames>();

  /** The names in the stack of a construct. */
  public static of(construct: IConstruct): ContextNames {
    const stack = TerraformStack.of(construct);
    const names = ContextNames.#stacks.get(stack) ?? new ContextNames();
    ContextNames.#stacks.set(stack, names);
    return names;
  }

  readonly #contexts = new Map<string, IConstruct>();

  /** Adds a context. Synthesis fails if another one of the same provider has the name already. */
  public add(context: IConstruct, name: string, provider: TerraformProvider | undefined): void {
    if (Token.isUnresolved(name)) return;
    // A provider without an alias is the one that contexts without a provider use.
    const key = `${provider?.alias ?? ""} ${name}`;
    const other = this.#contexts.get(key);
    if (other === undefined) {
      this.#contexts.set(key, context);
      return;
    }
    const problem =
      `name must be unique in the account, but ${JSON.stringify(name)} is also the name of ` +
      `TailnetContext '${other.node.path}'`;
    context.node.addValidation({ validate: () => [`TailnetContext '${context.node.path}': ${problem}`] });
  }
}
