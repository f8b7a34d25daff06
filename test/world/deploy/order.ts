// SPDX-License-Identifier: Apache-2.0
import type { ResourceBlock } from "./configuration.js";
import { DeployError } from "./errors.js";

/**
 * Resources in the order to create them: each after all it depends on, otherwise by address, so that the order does not
 * depend on how the configuration was written.
 *
 * @throws {@link DeployError} when a dependency is not declared, or resources depend on each other in a circle.
 */
export function creationOrder(resources: readonly ResourceBlock[]): readonly ResourceBlock[] {
  const byAddress = new Map(resources.map((resource) => [resource.address, resource]));
  const ordered = new Set<ResourceBlock>();

  function visit(resource: ResourceBlock, path: readonly string[]): void {
    const { address } = resource;
    if (ordered.has(resource)) return;
    if (path.includes(address)) {
      throw new DeployError(
        address,
        `depends on itself: ${[...path.slice(path.indexOf(address)), address].join(" -> ")}`,
      );
    }
    for (const needed of [...resource.dependencies].sort()) {
      const dependency = byAddress.get(needed);
      if (dependency === undefined) throw new DeployError(address, `refers to ${needed}, which is not declared`);
      visit(dependency, [...path, address]);
    }
    ordered.add(resource);
  }

  const sorted = [...resources].sort((a, b) => (a.address < b.address ? -1 : 1));
  for (const resource of sorted) visit(resource, []);
  return [...ordered];
}
