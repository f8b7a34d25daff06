// SPDX-License-Identifier: Apache-2.0
// The context that options describe, made by programs: by the constructs on either engine, and by Pulumi's components.

import { Tailnet as Component, TailnetContext as ContextComponent } from "../../pulumi/index.js";
import type { RenderOptions } from "../../render/context/options.js";
import { synthesize } from "../constructs/manifest.js";
import { deploy } from "../pulumi/deploy.js";
import { pulumiName, schemaOf } from "../pulumi/schema-names.js";
import { INPUTS, SECRETS } from "./inputs.js";
import { REFERENCE, type Reading, readingOf, textOf } from "./readings.js";

/** What one engine's half of the package has. */
export interface Constructs {
  readonly Tailnet: new (scope: never, id: string, props: object) => { readonly context: Context };
  readonly TailnetContext: new (scope: never, id: string, props: object) => Context;
}

interface Context {
  readonly runnerImage: string | undefined;
  addBefore(phase: string, command: string, placement: object): void;
  addAfter(phase: string, command: string, placement: object): void;
  attachTo(stackId: string, options: object): unknown;
  attachToModule(moduleId: string, options: object): unknown;
}

/** Properties as programs take them, with the secrets that `spacetail render` asks for. */
function propsOf({ auth, secretEnvironment, files, author: _, ...options }: RenderOptions): Record<string, unknown> {
  return {
    ...options,
    ...(auth === undefined ? {} : { auth: authOf(auth) }),
    ...(secretEnvironment === undefined
      ? {}
      : { secretEnvironment: Object.fromEntries(secretEnvironment.map((name) => [name, SECRETS[name]])) }),
    ...(files === undefined ? {} : { files: files.map((file) => ({ content: contentOf(file.path ?? ""), ...file })) }),
  };
}

function contentOf(path: string): string | undefined {
  return INPUTS[`file_${path.replace(/\W/g, "_")}`];
}

function authOf({ federated, oauthSecret, authKey }: NonNullable<RenderOptions["auth"]>): object {
  if (authKey === true) return { authKey: INPUTS.auth_key };
  if (oauthSecret !== undefined) {
    return { oauthSecret: { ...(oauthSecret === true ? {} : oauthSecret), clientSecret: INPUTS.oauth_client_secret } };
  }
  const { idToken, ...identities } = federated ?? {};
  const members = Object.entries(identities).map(([name, identity]) => {
    const clientId = INPUTS[name === "identity" ? "client_id" : `${name}_client_id`];
    return [name, { clientId, ...(identity === true ? {} : identity) }];
  });
  return { federated: { ...Object.fromEntries(members), ...(idToken === undefined ? {} : { idToken }) } };
}

/** Makes the context in a stack of an engine. */
export function build({ Tailnet, TailnetContext }: Constructs, stack: object, options: RenderOptions): Context {
  const { beforeHooks = [], afterHooks = [], attachments = [], ...props } = propsOf(options) as RenderOptions;
  const context =
    props.auth === undefined
      ? new Tailnet(stack as never, "tailnet", props).context
      : new TailnetContext(stack as never, "tailnet", { name: "tailnet", ...props });
  for (const { phase = "", command = "", ...placement } of beforeHooks)
    context.addBeforeHook(phase, command, placement);
  for (const { phase = "", command = "", ...placement } of afterHooks) context.addAfterHook(phase, command, placement);
  for (const { stackId, moduleId, ...placement } of attachments) {
    if (stackId !== undefined) context.attachTo(stackId, placement);
    if (moduleId !== undefined) context.attachToModule(moduleId, placement);
  }
  return context;
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
export function byConstructs(constructs: Constructs, options: RenderOptions): Reading {
  let context: Context | undefined;
  const manifest = synthesize((stack) => {
    context = build(constructs, stack, options);
  });
  return readingOfManifest(manifest, context as Context);
}

const SECRET = "4dabf18193072939515e22adb298388d";

/** What Pulumi's components make of the options. */
export async function byComponents(options: RenderOptions): Promise<Reading> {
  const { writeOnlyVersion: _, ...props } = propsOf(options);
  let runnerImage: unknown;
  const registrations = await deploy(() => {
    const component =
      props.auth === undefined
        ? new Component("tailnet", props as never)
        : new ContextComponent("tailnet", { name: "tailnet", ...props } as never);
    component.runnerImage.apply((image) => {
      runnerImage = image;
    });
  });
  const known = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(known);
    if (typeof value === "object" && value !== null && SECRET in value)
      return known((value as { value?: unknown }).value);
    return typeof value === "string" && /^(id-|tskey-client-.*oauth-client$)/.test(value) ? REFERENCE : value;
  };
  const types = ["context", "environment_variable", "mounted_file", "context_attachment"].map((kind) => {
    const type = `spacelift_${kind}`;
    const schema = Object.entries(schemaOf("spacelift", type));
    const suffix = `/${pulumiName(kind, { type: "string" })}:`;
    const resources = registrations.filter((one) => one.type.startsWith("spacelift:") && one.type.includes(suffix));
    const attributes = resources.map(({ name, inputs }) => [
      name,
      Object.fromEntries(schema.map(([attribute, one]) => [attribute, known(inputs[pulumiName(attribute, one)])])),
    ]);
    return [type, Object.fromEntries(attributes)];
  });
  return { ...readingOf(Object.fromEntries(types)), runnerImage };
}

function mapMembers<T, U>(members: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, map(value)]));
}
