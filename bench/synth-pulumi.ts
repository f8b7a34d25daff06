// SPDX-License-Identifier: Apache-2.0
// What bench/synth.ts measures, for Pulumi: components under Pulumi's mocks against the same resources without them.
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";
import { spacelift, TailnetContext, TailnetOAuthClient } from "spacetail/pulumi";

const TAGS = ["tag:spacelift"];
const PROGRAMS = { components: withComponents, raw: withRawResources };

/** The programs of the benchmark. */
export type PulumiProgram = keyof typeof PROGRAMS;

type Inputs = Readonly<Record<string, unknown>>;

/** What one process measured. */
export interface PulumiSample {
  /** Processor time. */
  readonly ms: number;
  /** A hash of all resources but components. */
  readonly made: string;
}

/** Registers what a program makes. */
export async function samplePulumi(program: PulumiProgram, count: number): Promise<PulumiSample> {
  const [context] = await deploy(() => {
    new TailnetContext("hooks", { name: "hooks", auth: { authKey: "k" }, phases: ["plan"] });
  });
  const hooks = { before: context?.beforePlans as string[], after: context?.afterPlans as string[] };
  const began = process.cpuUsage();
  const made = await deploy(() => PROGRAMS[program](count, hooks));
  const { user, system } = process.cpuUsage(began);
  const lines = made.map((inputs) => JSON.stringify(inputs)).sort();
  return { ms: (user + system) / 1_000, made: createHash("sha256").update(lines.join("\n")).digest("hex") };
}

/** Runs a program under mocks. @returns the inputs of its resources, but for those of components */
async function deploy(program: () => void): Promise<Inputs[]> {
  const made: Inputs[] = [];
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs, custom }) => {
      if (custom === true) made.push(inputs);
      return { id: `id-${name}`, state: { ...inputs, key: "tskey-client-x" } };
    },
    call: () => ({}),
  });
  program();
  await pulumi.runtime.disconnect();
  return made;
}

/** Given by both programs. */
const DESCRIPTION = "Runs on the tailnet";

function withComponents(count: number): void {
  const oauthClient = new TailnetOAuthClient("client", { tags: TAGS });
  for (let i = 0; i < count; i += 1)
    new TailnetContext(`c${i}`, { name: `tailnet-${i}`, description: DESCRIPTION, auth: { oauthClient } });
}

function withRawResources(count: number, { before, after }: { before: string[]; after: string[] }): void {
  const scopes = ["auth_keys"];
  const client = new tailscale.OauthClient("client", { scopes, tags: TAGS, description: "Spacelift runs" });
  for (let i = 0; i < count; i += 1) {
    const context = new spacelift.Context(`c${i}`, {
      name: `tailnet-${i}`,
      description: DESCRIPTION,
      labels: [`autoattach:tailnet-${i}`],
      beforePlans: before,
      afterPlans: after,
      beforeApplies: before,
      afterApplies: after,
      beforePerforms: before,
      afterPerforms: after,
      beforeDestroys: before,
      afterDestroys: after,
    });
    const variable = (name: string, value: pulumi.Input<string>, writeOnly: boolean) =>
      new spacelift.EnvironmentVariable(`c${i}-${name}`, { contextId: context.id, name, value, writeOnly });
    variable("TS_OAUTH_CLIENT_ID", client.id, false);
    variable("TS_OAUTH_CLIENT_SECRET", client.key, true);
    variable("TS_OAUTH_TAGS", TAGS.join(","), false);
  }
}
