// SPDX-License-Identifier: Apache-2.0
import { App, TerraformOutput, TerraformStack } from "cdktf";
import { spacelift, TailnetContext, TailnetFederatedIdentity, tailscale } from "spacetail";

const account = "example";

const app = new App();
const stack = new TerraformStack(app, "tailnet");
new spacelift.SpaceliftProvider(stack, "spacelift");
new tailscale.TailscaleProvider(stack, "tailscale");

const read = new TailnetFederatedIdentity(stack, "read", { account, tags: ["tag:spacelift-read"] });
const write = new TailnetFederatedIdentity(stack, "write", {
  account,
  // Stacks only: module tests have the scope write for pull requests too.
  stack: "*",
  scope: "write",
  tags: ["tag:spacelift-write"],
});
const context = new TailnetContext(stack, "context", {
  name: "tailnet",
  auth: { federated: { read, write } },
  phases: ["init", "plan", "apply"],
});

new TerraformOutput(stack, "stack_label", { value: context.stackLabel });
app.synth();
