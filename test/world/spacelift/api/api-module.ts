// SPDX-License-Identifier: Apache-2.0
import type { Account } from "../account/account.js";
import type { Caller } from "./caller.js";

/** What every resolver gets beside its parent object and its arguments. */
export interface Call {
  readonly account: Account;
  readonly caller: Caller;
  /** Exchanges an API key for a bearer token; null when there is no key of that id. */
  readonly login: (keyId: string, keySecret: string) => string | null;
}

/**
 * Answers one field. `never` lets each resolver declare the parent and argument types its own SDL promises: the
 * operation was validated against that SDL before any resolver runs.
 */
export type Resolver = (parent: never, args: never, call: Call) => unknown;

/**
 * One kind of resource in the API: its types and fields, and who answers them.
 *
 * A new kind is one file that exports such a module (beside its store) and one line in `api-modules.ts`.
 */
export interface ApiModule {
  /** Type definitions. Root fields come as `extend type Query` and `extend type Mutation`. */
  readonly sdl: string;
  /** Resolvers by type and field. A field without one is read from the parent object. */
  readonly resolvers: Readonly<Record<string, Readonly<Record<string, Resolver>>>>;
}
