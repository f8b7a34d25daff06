// SPDX-License-Identifier: Apache-2.0

/** The head of every synthesized stack: without it Terraform would look for providers of other authors. */
export const REQUIRED_PROVIDERS = {
  terraform: {
    required_providers: {
      spacelift: { source: "spacelift-io/spacelift" },
      tailscale: { source: "tailscale/tailscale" },
    },
  },
};
