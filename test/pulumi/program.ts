// SPDX-License-Identifier: Apache-2.0
import { Tailnet, TailnetContext, TailnetFederatedIdentity, TailnetOAuthClient } from "../../pulumi/index.js";
import * as properties from "../context-properties.js";

/** The same with lists that could be written to, as Pulumi's types have them. */
type Writable<T> = T extends readonly (infer E)[]
  ? Writable<E>[]
  : T extends object
    ? { [K in keyof T]: Writable<T[K]> }
    : T;

const { ALL_IN_ONE, CHOSEN, EVERYWHERE, PAIR, READ, WRITE } = properties as object as Writable<typeof properties>;

/** The program of test/constructs/program.ts, made of components: it uses every argument that has a like there. */
export function everything(): void {
  const oauthClient = new TailnetOAuthClient("oauth-client", { tags: ["tag:spacelift"] });
  new TailnetContext("plain", { name: "Tailnet", auth: { oauthClient } });
  new TailnetContext("chosen", CHOSEN);
  new TailnetContext("everywhere", EVERYWHERE);
  const read = new TailnetFederatedIdentity("read", READ);
  const write = new TailnetFederatedIdentity("write", WRITE);
  const pair = new TailnetContext("pair", {
    ...PAIR,
    auth: { federated: { read, write } },
    beforeHooks: [{ phase: "plan", command: "sh /mnt/workspace/spacetail/boot.sh" }],
    afterHooks: [
      { phase: "plan", command: "echo bye", outsideTunnel: true },
      { phase: "run", command: "echo over" },
    ],
    attachments: [{ stackId: "web", priority: 3 }],
  });
  pair.attachToModule("terraform-aws");
  new TailnetContext("federated", { name: "federated", auth: { federated: { identity: read } } });
  new Tailnet("all-in-one", ALL_IN_ONE);
  new Tailnet("all-by-default");
}
