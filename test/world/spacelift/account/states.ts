// SPDX-License-Identifier: Apache-2.0
import type { Announce } from "./account.js";

/** The Terraform states that Spacelift keeps for its stacks. They hold secrets. */
export class States {
  readonly #announce: Announce;
  readonly #byStack = new Map<string, string>();

  constructor(announce: Announce) {
    this.#announce = announce;
  }

  /** The state of a stack as text, if it has one. */
  get(stackId: string): string | undefined {
    return this.#byStack.get(stackId);
  }

  /** Keeps a state in place of the one before. */
  put(stackId: string, text: string): void {
    const action = this.#byStack.has(stackId) ? "updated" : "created";
    this.#byStack.set(stackId, text);
    this.#announce(action, "state", stackId);
  }

  /** Forgets the state of a stack. */
  delete(stackId: string): void {
    if (this.#byStack.delete(stackId)) this.#announce("deleted", "state", stackId);
  }
}
