// SPDX-License-Identifier: Apache-2.0
import { App, TerraformOutput, TerraformStack } from "cdktf";
import { SpaceliftProvider, TailnetContext, TailnetFederatedIdentity, TailscaleProvider } from "spacetail";

const account = "example";

const app = new App();
const stack = new TerraformStack(app, "tailnet");
new SpaceliftProvider(stack, "spacelift");
new TailscaleProvider(stack, "tailscale");

const read = new TailnetFederatedIdentity(stack, "read", { account, tags: ["tag:spacelift-read"] });
// No module: the tests of a module's pull requests have the scope write too.
const applies = { account, stack: "*", scope: "write" };
const write = new TailnetFederatedIdentity(stack, "write", { ...applies, tags: ["tag:spacelift-write"] });
const context = new TailnetContext(stack, "context", {
  name: "tailnet",
  auth: { federated: { read, write } },
  phases: ["init", "plan", "apply"],
});

new TerraformOutput(stack, "stack_label", { value: context.stackLabel });
app.synth();
