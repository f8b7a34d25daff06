// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's templates, not JavaScript's.

/** The head of every synthesized stack: without it Terraform would look for providers of other authors. */
export const REQUIRED_PROVIDERS = {
  terraform: {
    required_providers: {
      spacelift: { source: "spacelift-io/spacelift" },
      tailscale: { source: "tailscale/tailscale" },
    },
  },
};

/** A context whose address is `spacelift_context.c`. */
export function contextJson(more: object = {}) {
  return { spacelift_context: { c: { name: "tailnet", ...more } } };
}

/** A variable of that context, whose address is `spacelift_environment_variable.v`. */
export function variableJson(more: object = {}) {
  const variable = { context_id: "${spacelift_context.c.id}", name: "NAME", ...more };
  return { spacelift_environment_variable: { v: variable } };
}
