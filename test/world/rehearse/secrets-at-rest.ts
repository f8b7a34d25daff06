// SPDX-License-Identifier: Apache-2.0
import type { State } from "../deploy/index.js";
import { runConfiguration } from "../spacelift/index.js";
import type { World } from "../world.js";

/** What all secrets of Tailscale begin with. */
const TAILSCALE_SECRET = "tskey-";

/**
 * Where a secret of the tailnet lies after a deployment: in the state, or in a variable or file that a stack gets.
 * Whatever is write-only counts too, because it is there to be a secret. Each is told as a place, never as a value.
 */
export async function secretsAtRest(world: World, stackId: string, state: State): Promise<string[]> {
  const secrets = (await world.tailnet.secrets()).map(({ value }) => value);
  const isSecret = (text: string): boolean =>
    text.includes(TAILSCALE_SECRET) || secrets.some((value) => text.includes(value));
  const { environment, mountedFiles } = runConfiguration(world.spacelift.account, stackId);
  return [
    ...state.resources
      .filter(({ attributes }) => isSecret(JSON.stringify(attributes)))
      .map(({ address }) => `${address} in the state`),
    ...(isSecret(JSON.stringify(state.outputs)) ? ["an output in the state"] : []),
    ...environment.filter(({ secret, value }) => secret || isSecret(value)).map(({ name }) => `variable ${name}`),
    ...mountedFiles
      .filter(({ secret, content }) => secret || isSecret(content.toString("latin1")))
      .map(({ path }) => `file ${path}`),
  ];
}
