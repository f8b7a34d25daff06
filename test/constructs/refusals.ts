// SPDX-License-Identifier: Apache-2.0
import { App, TerraformStack } from "cdktf";
import {
  TailnetContext,
  type TailnetContextProps,
  TailnetOAuthClient,
  type TailnetOAuthClientProps,
} from "../../constructs/index.js";
import { ValidationError } from "../../constructs/support/validation-error.js";

/** Properties as a program without a compiler may give them. */
export type Loose<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** What is said of a context named `app/tailnet` that has these properties besides good ones. */
export function contextError(props: Loose<TailnetContextProps>): string {
  const good = { name: "tailnet", auth: { authKey: "key" } };
  return messageOf((stack) => new TailnetContext(stack, "tailnet", { ...good, ...props } as TailnetContextProps));
}

export function clientError(props: Loose<TailnetOAuthClientProps>): string {
  const good = { tags: ["tag:a"] };
  return messageOf(
    (stack) => new TailnetOAuthClient(stack, "client", { ...good, ...props } as TailnetOAuthClientProps),
  );
}

/** What the construct is refused for; empty if it is not. */
export function messageOf(construct: (stack: TerraformStack) => unknown): string {
  try {
    construct(new TerraformStack(new App(), "app"));
  } catch (error) {
    if (error instanceof ValidationError) return error.message;
    throw error;
  }
  return "";
}
