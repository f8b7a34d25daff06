// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import {
  Tailnet,
  TailnetContext,
  TailnetFederatedIdentity,
  TailnetOAuthClient,
  ValidationError,
} from "../../pulumi/index.js";
import { GOOD, GOOD_CLIENT, GOOD_IDENTITY } from "../mistakes.js";
import { startMocks } from "./deploy.js";

/** Arguments as a program without a compiler may give them. */
export type Loose = Readonly<Record<string, unknown>>;

/** What is said of a component named `it` of each class, with these arguments besides good ones. */
export const REFUSALS = {
  TailnetContext: (args: Loose) => messageOf(() => new TailnetContext("it", { ...GOOD, ...args } as never)),
  Tailnet: (args: Loose) => messageOf(() => new Tailnet("it", args as never)),
  TailnetFederatedIdentity: (args: Loose) =>
    messageOf(() => new TailnetFederatedIdentity("it", { ...GOOD_IDENTITY, ...args } as never)),
  TailnetOAuthClient: (args: Loose) =>
    messageOf(() => new TailnetOAuthClient("it", { ...GOOD_CLIENT, ...args } as never)),
} as const;

/** Lets the tests of a file create components under Pulumi's mocks. Warnings of plain-text secrets are not printed. */
export function underMocks(): void {
  beforeAll(() => {
    jest.spyOn(console, "warn").mockImplementation();
    return startMocks();
  });
  afterAll(() => pulumi.runtime.disconnect());
}

/** What a component is refused for; empty if it is not. @throws what is not for users to read */
export function messageOf(component: () => unknown): string {
  try {
    component();
  } catch (error) {
    if (error instanceof ValidationError) return error.message;
    throw error;
  }
  return "";
}

/** The message that lists problems of a class's component named `it`. */
export function message(className: string, lines: readonly string[]): string {
  return lines.map((line) => `${className} 'it': ${line}`).join("\n");
}
