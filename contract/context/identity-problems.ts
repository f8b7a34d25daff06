// SPDX-License-Identifier: Apache-2.0
import { accountProblem, idPatternProblem, runTypesProblem, scopeProblem } from "../login/federation.js";
import {
  broken,
  type Given,
  type GivenList,
  httpsUrl,
  list,
  notEmpty,
  required,
  tags,
  tailscaleDescription,
  text,
} from "./rules.js";

/** An OAuth client for runs, as users describe it. */
export interface OAuthClientValues {
  readonly tags: GivenList;
  readonly description?: Given<string>;
}

/** A federated identity for runs, as users describe it. */
export interface FederatedIdentityValues {
  readonly account: Given<string>;
  readonly tags: GivenList;
  readonly spaceId?: Given<string>;
  readonly stack?: Given<string>;
  readonly module?: Given<string>;
  readonly runTypes?: GivenList;
  readonly scope?: Given<string>;
  readonly issuer?: Given<string>;
  readonly audience?: Given<string>;
  readonly subject?: Given<string>;
  readonly description?: Given<string>;
}

/** What is wrong with an OAuth client; null for each rule that is kept. */
export function oauthClientProblems({ tags: given, description }: OAuthClientValues): (string | null)[] {
  return [
    broken("tags", required(tags)(given), given),
    broken("description", tailscaleDescription(description), description),
  ];
}

/** What is wrong with a federated identity; null for each rule that is kept. */
export function* federatedIdentityProblems(values: FederatedIdentityValues): Generator<string | null> {
  const { account, spaceId, stack, module, runTypes, scope, issuer, audience, subject, description } = values;
  yield broken("account", required(text(accountProblem))(account), account);
  yield broken("tags", required(tags)(values.tags), values.tags);
  yield broken("spaceId", text(idPatternProblem)(spaceId), spaceId);
  yield broken("stack", text(idPatternProblem)(stack), stack);
  const both = stack !== undefined && module !== undefined;
  yield broken("module", both ? "must not be given together with stack" : null, module);
  yield broken("module", text(idPatternProblem)(module), module);
  yield broken("runTypes", list((types) => runTypesProblem(types.map(String)))(runTypes), runTypes);
  yield broken("scope", text((one) => scopeProblem(one, knownTypes(runTypes)))(scope), scope);
  yield broken("issuer", httpsUrl(issuer), issuer);
  yield broken("audience", notEmpty(audience), audience);
  yield broken("subject", notEmpty(subject), subject);
  yield broken("description", tailscaleDescription(description), description);
}

function knownTypes(runTypes: GivenList | undefined): string[] {
  return Array.isArray(runTypes) ? runTypes.filter((type) => typeof type === "string") : [];
}
