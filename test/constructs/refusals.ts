// SPDX-License-Identifier: Apache-2.0
import { App, TerraformStack } from "cdktf";
import {
  Tailnet,
  TailnetContext,
  TailnetFederatedIdentity,
  TailnetOAuthClient,
  ValidationError,
} from "../../constructs/index.js";
import { GOOD, GOOD_CLIENT, GOOD_IDENTITY } from "../mistakes.js";

/** Options as a program without a compiler may give them. */
export type Loose = Readonly<Record<string, unknown>>;

/** What is said of a context named `app/it` with these options besides good ones. */
export function contextError(options: Loose): string {
  return messageOf((stack) => new TailnetContext(stack, "it", { ...GOOD, ...options } as never));
}

/** What is said of a `Tailnet` named `app/it` with these options. */
export function tailnetError(options: Loose): string {
  return messageOf((stack) => new Tailnet(stack, "it", options as never));
}

/** What is said of a federated identity named `app/it` with these options besides good ones. */
export function identityError(options: Loose): string {
  return messageOf((stack) => new TailnetFederatedIdentity(stack, "it", { ...GOOD_IDENTITY, ...options } as never));
}

/** What is said of an OAuth client named `app/it` with these options besides good ones. */
export function clientError(options: Loose): string {
  return messageOf((stack) => new TailnetOAuthClient(stack, "it", { ...GOOD_CLIENT, ...options } as never));
}

/** What a construct is refused for; empty if it is not. @throws what is not for users to read */
export function messageOf(construct: (stack: TerraformStack) => unknown): string {
  try {
    construct(new TerraformStack(new App(), "app"));
  } catch (error) {
    if (error instanceof ValidationError) return error.message;
    throw error;
  }
  return "";
}

/** The message that lists problems of a class's construct named `app/it`. */
export function message(className: string, lines: readonly string[]): string {
  return lines.map((line) => `${className} 'app/it': ${line}`).join("\n");
}
