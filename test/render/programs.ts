// SPDX-License-Identifier: Apache-2.0
// The context that options describe, made by the constructs on either engine.
import * as cdktf from "../../constructs/index.js";
import { synthesize } from "../constructs/manifest.js";
import type { GivenAuth, RenderOptions } from "./given.js";
import { INPUTS, SECRETS } from "./inputs.js";
import { REFERENCE, type Reading, readingOf, textOf } from "./readings.js";

/** What one engine's half of the package has. */
export interface Constructs {
  readonly Tailnet: new (scope: never, id: string, props: object) => { readonly context: Context };
  readonly TailnetContext: new (scope: never, id: string, props: object) => Context;
}

interface Context {
  readonly runnerImage: string | undefined;
}

/** Options as programs take them, with the secrets that `spacetail render` asks for. */
export function propsOf({ auth, secretEnvironment, files, author: _, ...options }: RenderOptions): object {
  return {
    ...options,
    ...(auth === undefined ? {} : { auth: authOf(auth) }),
    ...(secretEnvironment === undefined
      ? {}
      : { secretEnvironment: Object.fromEntries(secretEnvironment.map((name) => [name, SECRETS[name]])) }),
    ...(files === undefined ? {} : { files: files.map((file) => ({ content: contentOf(file.path), ...file })) }),
  };
}

function contentOf(path: string): string | undefined {
  return INPUTS[`file_${path.replace(/\W/g, "_")}`];
}

function authOf({ federated, oauthSecret, authKey, external }: GivenAuth): object {
  if (external === true) return { external };
  if (authKey === true) return { authKey: INPUTS.auth_key };
  if (oauthSecret !== undefined) {
    return { oauthSecret: { ...(oauthSecret === true ? {} : oauthSecret), clientSecret: INPUTS.oauth_client_secret } };
  }
  const { idToken, ...identities } = federated ?? {};
  const members = Object.entries(identities).map(([name, identity]) => {
    const clientId = INPUTS[name === "identity" ? "client_id" : `${name}_client_id`];
    return [name, { clientId, ...(identity === true ? {} : (identity as object)) }];
  });
  return { federated: { ...Object.fromEntries(members), ...(idToken === undefined ? {} : { idToken }) } };
}

/** Makes the context in a stack of an engine. */
export function build({ Tailnet, TailnetContext }: Constructs, stack: object, options: RenderOptions): Context {
  const props = propsOf(options);
  return options.auth === undefined
    ? new Tailnet(stack as never, "tailnet", props).context
    : new TailnetContext(stack as never, "tailnet", { name: "tailnet", ...props });
}

/** What a synthesized stack says of its context. */
export function readingOfManifest({ resource }: ReturnType<typeof synthesize>, { runnerImage }: Context): Reading {
  const known = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(known);
    if (typeof value !== "string") return value;
    return /^\$\{(spacelift|tailscale)_[^{}]+\}$/.test(value) ? REFERENCE : textOf(value);
  };
  const resources = mapMembers(resource, (byId) => mapMembers(byId, (attributes) => mapMembers(attributes, known)));
  return { ...readingOf(resources), runnerImage };
}

/** What the constructs on CDKTF make of the options. */
export function byConstructs(options: RenderOptions): Reading {
  let context: Context | undefined;
  const manifest = synthesize((stack) => {
    context = build(cdktf as unknown as Constructs, stack, options);
  });
  return readingOfManifest(manifest, context as Context);
}

function mapMembers<T, U>(members: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, map(value)]));
}
