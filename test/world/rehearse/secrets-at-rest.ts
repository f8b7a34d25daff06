// SPDX-License-Identifier: Apache-2.0
import type { State } from "../deploy/index.js";
import { type RuntimeConfig, runConfiguration } from "../spacelift/index.js";
import type { World } from "../world.js";

/** What all secrets of Tailscale begin with. */
const TAILSCALE_SECRET = "tskey-";

/** Text that rests somewhere after a deployment. */
export interface Resting {
  readonly place: string;
  readonly text: string;
}

/** What rests in a state of the deploy loader. */
export function restingIn(state: State): Resting[] {
  const resources = state.resources.map(({ address, attributes }) => ({
    place: `${address} in the state`,
    text: JSON.stringify(attributes),
  }));
  return [...resources, { place: "an output in the state", text: JSON.stringify(state.outputs) }];
}

/**
 * Where a secret of the tailnet lies after a deployment: in what rests of it, or in a variable or file that a stack
 * gets, from its project too. Whatever is write-only counts too, because it is there to be a secret. Each is told as
 * a place, never as a value.
 */
export async function secretsAtRest(
  world: World,
  stackId: string,
  resting: readonly Resting[],
  runtime: RuntimeConfig = {},
): Promise<string[]> {
  const secrets = (await world.tailnet.secrets()).map(({ value }) => value);
  const isSecret = (text: string): boolean =>
    text.includes(TAILSCALE_SECRET) || secrets.some((value) => text.includes(value));
  const { environment, mountedFiles } = runConfiguration(world.spacelift.account, stackId, runtime);
  return [
    ...resting.filter(({ text }) => isSecret(text)).map(({ place }) => place),
    ...environment.filter(({ secret, value }) => secret || isSecret(value)).map(({ name }) => `variable ${name}`),
    ...mountedFiles
      .filter(({ secret, content }) => secret || isSecret(content.toString("latin1")))
      .map(({ path }) => `file ${path}`),
  ];
}
