// SPDX-License-Identifier: Apache-2.0
import { App, TerraformOutput, TerraformStack } from "cdktn";
import { spacelift, TailnetContext, TailnetOAuthClient, tailscale } from "spacetail/cdktn";

const app = new App();
const stack = new TerraformStack(app, "tailnet");
new spacelift.SpaceliftProvider(stack, "spacelift");
new tailscale.TailscaleProvider(stack, "tailscale");

const oauthClient = new TailnetOAuthClient(stack, "oauth-client", { tags: ["tag:spacelift"] });
const context = new TailnetContext(stack, "context", {
  name: "tailnet",
  auth: { oauthClient },
  phases: ["init", "plan", "apply"],
});

new TerraformOutput(stack, "stack_label", { value: context.stackLabel });
app.synth();
