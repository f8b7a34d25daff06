// SPDX-License-Identifier: Apache-2.0
import type { TerraformStack } from "cdktf";
import { Tailnet, TailnetContext, TailnetFederatedIdentity } from "../../constructs/index.js";
import { ALL_IN_ONE, CHOSEN, EVERYWHERE, PAIR, READ, WRITE } from "../context-properties.js";
import { newOAuthClient } from "./manifest.js";

/** A program that uses every property of the constructs, for tests of the whole result. */
export function everything(stack: TerraformStack): void {
  new TailnetContext(stack, "plain", { name: "Tailnet", auth: { oauthClient: newOAuthClient(stack) } });
  new TailnetContext(stack, "chosen", CHOSEN);
  new TailnetContext(stack, "everywhere", EVERYWHERE);
  const read = new TailnetFederatedIdentity(stack, "read", READ);
  const write = new TailnetFederatedIdentity(stack, "write", WRITE);
  const pair = new TailnetContext(stack, "pair", {
    ...PAIR,
    auth: { federated: { read, write } },
    writeOnlyVersion: "1",
  });
  pair.addBeforeHook("plan", "sh /mnt/workspace/spacetail/boot.sh");
  pair.addAfterHook("plan", "echo bye", { outsideTunnel: true });
  pair.addAfterHook("run", "echo over");
  pair.attachTo("web", { priority: 3 });
  pair.attachToModule("terraform-aws");
  new TailnetContext(stack, "federated", { name: "federated", auth: { federated: { identity: read } } });
  new Tailnet(stack, "all-in-one", ALL_IN_ONE);
  new Tailnet(stack, "all-by-default");
}
