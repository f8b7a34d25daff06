// SPDX-License-Identifier: Apache-2.0
import { listProblems, plainProblem, structureProblem } from "../support/plain.js";
import type { TailnetContextArgs } from "./tailnet-context-args.js";

/** Arguments that are lists of objects, with the members of those that must be plain. */
const LISTS = { files: ["path", "secret"], attachments: [], beforeHooks: ["phase"], afterHooks: ["phase"] } as const;

/**
 * What is wrong with arguments that decide which resources there are, or how these look in a way that cannot wait to be
 * known; null for each rule that is kept.
 */
export function* contextStructureProblems(args: TailnetContextArgs | undefined): Generator<string | null> {
  for (const property of ["auth", "environment", "secretEnvironment"] as const) {
    yield structureProblem(property, args?.[property]);
  }
  const { federated, oauthClient, oauthSecret } = args?.auth ?? {};
  for (const [member, value] of Object.entries({ federated, oauthClient, oauthSecret })) {
    yield structureProblem(`auth.${member}`, value);
  }
  const { identity, read, write } = federated ?? {};
  for (const [member, value] of Object.entries({ identity, read, write })) {
    yield structureProblem(`auth.federated.${member}`, value);
  }
  for (const property of ["autoattachAll", "outermost"] as const) yield plainProblem(property, args?.[property]);
  for (const [property, members] of Object.entries(LISTS)) {
    yield* listProblems(property, args?.[property as keyof typeof LISTS], members);
  }
}
