// SPDX-License-Identifier: Apache-2.0
import { VERSION } from "../wire/version.js";

/** The name of the runner image in whatever registry its builders push it to. */
export const RUNNER_IMAGE_REPOSITORY = "runner-tailnet";

/**
 * The runner image that belongs to the package, in a registry of its users.
 *
 * @param registry host and namespace, such as `ghcr.io/acme`, with or without a slash at the end
 */
export function runnerImageIn(registry: string): string {
  const prefix = registry.endsWith("/") ? registry : `${registry}/`;
  return `${prefix}${RUNNER_IMAGE_REPOSITORY}:${VERSION}`;
}
