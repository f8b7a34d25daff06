// SPDX-License-Identifier: Apache-2.0
import type { Account } from "../account/account.js";
import type { Action } from "../account/roles.js";

/** Who calls the API, as far as it decides what is answered. */
export interface Caller {
  /** Whether an action is allowed in a space. */
  may(action: Action, space: string): boolean;
  /** Whether what is in a space can be read. */
  sees(space: string): boolean;
  /** Whether an action is allowed anywhere. */
  mayAnywhere(action: Action): boolean;
}

/** An API key here belongs to an administrator of the root space. */
export const ROOT_ADMIN: Caller = { may: () => true, sees: () => true, mayAnywhere: () => true };

/** Which actions another action stands for. Source: Spacelift documentation, "Role-Based Access Control", System roles. */
const STANDS_FOR: Partial<Record<Action, (action: Action) => boolean>> = {
  SPACE_ADMIN: () => true,
  SPACE_WRITE: (action) => action === "SPACE_READ" || action === "RUN_TRIGGER",
};

/**
 * A run of a stack: it may do what the roles attached to the stack allow, in the spaces that they are attached in and in
 * all below. It reads what the stack itself can use, and spaces where it has a role that allows reading. The stack's
 * `administrative` flag means nothing any more. Source: Spacelift documentation, "Stack role bindings".
 */
export function runOf(account: Account, stackId: string): Caller {
  const allowed = (action: Action, covers: (space: string) => boolean) =>
    account.roleBindings.ofStack(stackId).some(({ roleId, spaceId }) => {
      const { actions } = account.roles.require(roleId);
      return covers(spaceId) && actions.some((own) => own === action || STANDS_FOR[own]?.(action) === true);
    });
  const may = (action: Action, space: string) =>
    allowed(action, (above) => account.spaces.get(space) !== undefined && account.spaces.contains(above, space));
  return {
    may,
    sees: (space) => account.spaces.reaches(space, account.stacks.require(stackId).space) || may("SPACE_READ", space),
    mayAnywhere: (action) => allowed(action, () => true),
  };
}

/** @throws `unauthorized`, which is all that Spacelift says, unless the caller may do one of these in that space. */
export function authorize(caller: Caller, space: string, ...actions: readonly Action[]): void {
  if (!actions.some((action) => caller.may(action, space))) throw new Error("unauthorized");
}
