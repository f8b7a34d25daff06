// SPDX-License-Identifier: Apache-2.0
import { TerraformOutput, TerraformStack, Testing } from "cdktf";
import { spacelift, TailnetOAuthClient, tailscale } from "../../constructs/index.js";

/** Attributes of a resource in the synthesized JSON. */
export type Attributes = Readonly<Record<string, unknown>>;

/** The synthesized JSON of a stack, without the `//` members that CDKTF adds. */
export interface Manifest {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Attributes>>>>;
  readonly terraform: { readonly required_providers: Readonly<Record<string, Attributes>> };
}

/** Synthesizes what `build` puts into the stack `app`. */
export function synthesize(build: (stack: TerraformStack) => void): Manifest {
  const stack = newStack();
  build(stack);
  return JSON.parse(Testing.synth(stack)) as Manifest;
}

/** A stack named `app` with both providers. */
export function newStack(): TerraformStack {
  const stack = new TerraformStack(Testing.app(), "app");
  new spacelift.SpaceliftProvider(stack, "spacelift");
  new tailscale.TailscaleProvider(stack, "tailscale");
  return stack;
}

/** An OAuth client, for contexts that need some credential. */
export function newOAuthClient(stack: TerraformStack): TailnetOAuthClient {
  return new TailnetOAuthClient(stack, "oauth-client", { tags: ["tag:spacelift"] });
}

/** The Terraform expression of a token. */
export function expressionOf(stack: TerraformStack, token: string): string {
  const id = `output-${stack.node.children.length}`;
  new TerraformOutput(stack, id, { value: token });
  return JSON.parse(Testing.synth(stack)).output[id].value;
}

/** The only resource of a type. @throws if there are several or none */
export function only(manifest: Manifest, type: string): Attributes {
  const [resource, ...others] = Object.values(manifest.resource[type] ?? {});
  if (resource === undefined || others.length > 0) throw new Error(`expected one ${type}`);
  return resource;
}

/** The context's variables: value, and whether it is secret, by name. */
export function variables(manifest: Manifest): Record<string, { value: unknown; secret: unknown }> {
  const all = Object.values(manifest.resource.spacelift_environment_variable ?? {});
  return Object.fromEntries(all.map(({ name, value, write_only }) => [String(name), { value, secret: write_only }]));
}
