// SPDX-License-Identifier: Apache-2.0

/**
 * A configuration, or a step of its deployment, that Terraform or its provider would refuse too. The message begins
 * with the address it is about: `spacelift_context.tailnet`, `provider.tailscale`, `output.stack_label`.
 */
export class DeployError extends Error {
  readonly address: string;
  /** The message without the address. */
  readonly reason: string;

  constructor(address: string, reason: string, options?: ErrorOptions) {
    super(`${address}: ${reason}`, options);
    this.name = "DeployError";
    this.address = address;
    this.reason = reason;
  }
}

/** The message of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
