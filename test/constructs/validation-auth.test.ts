// SPDX-License-Identifier: Apache-2.0
import type { TailnetContextProps } from "../../constructs/index.js";
import { contextError, type Loose } from "./refusals.js";

describe("TailnetContext, auth", () => {
  const one = "auth must have exactly one of federated, oauthClient, oauthSecret, authKey";
  test.each<[Loose<TailnetContextProps>, string]>([
    [{ auth: undefined }, `${one}, but [] was given`],
    [{ auth: {} }, `${one}, but [] was given`],
    [
      { auth: { oauthSecret: { clientSecret: "hidden" }, authKey: "hidden" } },
      `${one}, but ["oauthSecret","authKey"] was given`,
    ],
    [{ auth: { authKey: "" } }, "auth.authKey must not be empty"],
    [{ auth: { authKey: "hidden\n" } }, "auth.authKey must not contain a line break"],
    [{ auth: { oauthSecret: { clientSecret: " " } } }, "auth.oauthSecret.clientSecret must not be empty"],
    [
      { auth: { oauthSecret: { clientSecret: "hidden\r\n" } } },
      "auth.oauthSecret.clientSecret must not contain a line break",
    ],
    [
      { auth: { authKey: "tskey-client-hidden" } },
      "auth.authKey must be an auth key: the secret of an OAuth client is for auth.oauthSecret.clientSecret",
    ],
    [
      { auth: { oauthSecret: { clientSecret: "tskey-auth-hidden" } } },
      "auth.oauthSecret.clientSecret must be the secret of an OAuth client: an auth key is for auth.authKey",
    ],
    [
      { auth: { oauthSecret: { clientSecret: "s" } }, controlUrl: "http://headscale.test" },
      'controlUrl must be an https:// URL with the name of a host unless apiUrl is given, because auth keys are minted there, but "http://headscale.test" was given',
    ],
    [{ auth: { oauthSecret: {} as never } }, "auth.oauthSecret.clientSecret must be given"],
    [
      { auth: { oauthSecret: { clientId: "", clientSecret: "hidden" } } },
      'auth.oauthSecret.clientId must not be empty, but "" was given',
    ],
    [
      { auth: { oauthSecret: { clientId: "a\nb", clientSecret: "hidden" } } },
      'auth.oauthSecret.clientId must not contain a line break, but "a\\nb" was given',
    ],
    [
      { auth: { oauthSecret: { clientSecret: "hidden", tags: [] } } },
      "auth.oauthSecret.tags must name at least one tag, but [] was given",
    ],
  ])("%j: %s", (props, problem) => {
    expect(contextError(props)).toBe(`TailnetContext 'app/tailnet': ${problem}`);
    expect(contextError(props)).not.toContain("hidden");
  });
});

describe("TailnetContext, auth.federated", () => {
  const one = { clientId: "k1", tags: ["tag:a"] };
  test.each<[Loose<TailnetContextProps>, string]>([
    [{ auth: { federated: {} } }, "auth.federated must have identity alone, or read, write or both, but [] was given"],
    [
      { auth: { federated: { identity: one, read: one } } },
      'auth.federated must have identity alone, or read, write or both, but ["identity","read"] was given',
    ],
    [
      { auth: { federated: { identity: { clientId: "" } } } },
      'auth.federated.identity.clientId must not be empty, but "" was given',
    ],
    [{ auth: { federated: { identity: {} as never } } }, "auth.federated.identity.clientId must be given"],
    [
      { auth: { federated: { read: one, write: { clientId: "k2", tags: ["b"] } } } },
      'auth.federated.write.tags must hold tags, and a tag must begin with "tag:", but ["b"] was given',
    ],
    [
      { auth: { federated: { read: one } }, phases: ["plan", "apply"] },
      'phases must leave out apply unless auth.federated has write, but ["plan","apply"] was given',
    ],
    [
      { auth: { federated: { write: one } }, phases: ["plan", "apply"] },
      'phases must be apply alone unless auth.federated has read, but ["plan","apply"] was given',
    ],
    [
      { auth: { federated: { read: one, write: { clientId: "k2", scope: "read" } } }, phases: ["plan", "apply"] },
      'phases must leave out apply, where no run has a token that auth.federated.write trusts, but ["plan","apply"] was given',
    ],
    [
      { auth: { federated: { identity: { clientId: "k1", scope: "read" } } } },
      'phases must leave out apply, perform, destroy, where no run has a token that auth.federated.identity trusts, but ["plan","apply","perform","destroy"] was given',
    ],
    [
      { auth: { federated: { identity: { clientId: "k1", runTypes: ["TRACKED"] } } }, phases: ["plan", "perform"] },
      'phases must leave out perform, where no run has a token that auth.federated.identity trusts, but ["plan","perform"] was given',
    ],
    [
      { auth: { federated: { identity: one, idToken: "hidden\n" } } },
      "auth.federated.idToken must not contain a line break",
    ],
  ])("%j: %s", (props, problem) => {
    expect(contextError(props)).toBe(`TailnetContext 'app/tailnet': ${problem}`);
    expect(contextError(props)).not.toContain("hidden");
  });

  test("one identity of a pair is enough for the phases that it serves", () => {
    expect(contextError({ auth: { federated: { read: one } }, phases: ["init", "plan"] })).toBe("");
    expect(contextError({ auth: { federated: { write: one } }, phases: ["apply"] })).toBe("");
  });
});
