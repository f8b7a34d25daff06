// SPDX-License-Identifier: Apache-2.0
import { DeployError } from "./errors.js";

/** What has a place in the order. */
interface Ordered {
  readonly address: string;
  /** Addresses of what must be there before. */
  readonly dependencies: Iterable<string>;
}

/**
 * Resources in the order to create them: each after all it depends on, otherwise by address, so that the order does not
 * depend on how the configuration was written.
 *
 * @param present addresses of what is there before anything is created
 * @throws {@link DeployError} when a dependency is not declared, or resources depend on each other in a circle.
 */
export function creationOrder<T extends Ordered>(
  resources: readonly T[],
  present: ReadonlySet<string> = new Set(),
): readonly T[] {
  const byAddress = new Map(resources.map((resource) => [resource.address, resource]));
  const ordered = new Set<T>();

  function visit(resource: T, path: readonly string[]): void {
    const { address } = resource;
    if (ordered.has(resource)) return;
    if (path.includes(address)) {
      throw new DeployError(
        address,
        `depends on itself: ${[...path.slice(path.indexOf(address)), address].join(" -> ")}`,
      );
    }
    for (const needed of [...resource.dependencies].sort()) {
      if (present.has(needed)) continue;
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

/** Resources in the order to destroy them: each before all it depends on. Dependencies that are gone do not matter. */
export function destructionOrder<T extends Ordered>(resources: readonly T[]): readonly T[] {
  const addresses = new Set(resources.map(({ address }) => address));
  const gone = resources.flatMap(({ dependencies }) => [...dependencies]).filter((needed) => !addresses.has(needed));
  return [...creationOrder(resources, new Set(gone))].reverse();
}
