// SPDX-License-Identifier: Apache-2.0
// Puts the runs of every stack that carries the label `tailnet` on a tailnet.
import { TailnetContext, TailnetOAuthClient } from "spacetail/pulumi";

const oauthClient = new TailnetOAuthClient("oauth-client", { tags: ["tag:spacelift"] });

const context = new TailnetContext("tailnet", {
  name: "tailnet",
  auth: { oauthClient },
  phases: ["init", "plan", "apply"],
});

export const stackLabel = context.stackLabel;
