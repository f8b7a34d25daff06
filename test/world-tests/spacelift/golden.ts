// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SpaceDefinition, StackDefinition } from "../../world/spacelift/index.js";
import type { Shape } from "./shape.js";

/** One operation of the Spacelift provider. */
export interface GoldenOperation {
  /** Which header announces it; null for the login, which has none. */
  readonly kind: "Query" | "Mutation" | null;
  readonly query: string;
  readonly variables: Shape;
  readonly data: Shape;
}

/** One recorded step. */
export interface GoldenStep {
  readonly operation: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Undefined where only the operation's shape is told. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** One recorded lifecycle, with what must be in the account before it. */
export interface GoldenLifecycle {
  readonly name: string;
  readonly spaces: readonly SpaceDefinition[];
  readonly stacks: readonly StackDefinition[];
  /** How many steps each command has: apply, plan without changes, apply with changes, destroy. */
  readonly commands: readonly [number, number, number, number];
  readonly steps: readonly GoldenStep[];
}

/** One step of the life of an OAuth client or a federated identity in Tailscale's API. */
export interface GoldenTailscaleStep {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or the text of a form. */
  readonly body?: object | string;
  readonly status: number;
  readonly response?: Shape;
  /** Fields of the answer with these very values; lists are sets. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Fields the answer must not have. */
  readonly absent?: readonly string[];
}

/** What the Spacelift provider sends, by operation. */
export const GOLDEN_OPERATIONS = read<{
  readonly headers: {
    readonly Login: Readonly<Record<string, string>>;
    readonly others: Readonly<Record<string, string>>;
  };
  readonly operations: Readonly<Record<string, GoldenOperation>>;
}>("spacelift-operations.json");

/** Recorded lifecycles. */
export const GOLDEN_LIFECYCLES = read<readonly GoldenLifecycle[]>("spacelift-lifecycles.json");

/** The life of an OAuth client. */
export const GOLDEN_OAUTH_CLIENT = readTailscale("tailscale-oauth-client.json");

/** The life of a federated identity. */
export const GOLDEN_FEDERATED_IDENTITY = readTailscale("tailscale-federated-identity.json");

/** The operation of that name. @throws when it was not recorded. */
export function goldenOperation(name: string): GoldenOperation {
  const operation = GOLDEN_OPERATIONS.operations[name];
  if (operation === undefined) throw new Error(`the provider was never seen to send ${name}`);
  return operation;
}

function readTailscale(name: string): readonly GoldenTailscaleStep[] {
  return read<{ readonly steps: readonly GoldenTailscaleStep[] }>(name).steps;
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(join(__dirname, "golden", name), "utf8")) as T;
}
