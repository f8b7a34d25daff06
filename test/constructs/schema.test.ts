// SPDX-License-Identifier: Apache-2.0
import { synthesize } from "./manifest.js";
import { misfits } from "./misfits.js";
import { everything } from "./program.js";

test("everything that the constructs synthesize fits the providers' schemas", () => {
  const manifest = synthesize(everything);
  expect(Object.keys(manifest.resource).sort()).toEqual([
    "spacelift_context",
    "spacelift_context_attachment",
    "spacelift_environment_variable",
    "spacelift_mounted_file",
    "tailscale_federated_identity",
    "tailscale_oauth_client",
  ]);
  expect(misfits(manifest)).toEqual([]);
});

test("a resource that does not fit is noticed", () => {
  const resource = {
    spacelift_context: { a: { labels: "x", before_run: ["x"], id: "x" } },
    tailscale_oauth_client: { a: { scopes: ["x"], key: "x" } },
    spacelift_stack: { a: {} },
  };
  expect(misfits({ resource })).toEqual([
    "spacelift_context.name is missing",
    "spacelift_context.labels must be a list, not a string",
    "spacelift_context.before_run is unknown",
    "tailscale_oauth_client.key is the provider's to set",
    "spacelift_stack is unknown",
  ]);
});
