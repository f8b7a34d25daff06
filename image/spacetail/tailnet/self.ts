// SPDX-License-Identifier: Apache-2.0
import { displayName, type Status } from "./status.js";

/** This node as others see it. */
export interface Self {
  readonly name: string;
  /** Empty before it has joined. */
  readonly addresses: readonly string[];
  readonly tags: readonly string[];
}

export function selfOf(status: Status): Self {
  const node = status.Self;
  if (node === null || node === undefined) return { name: "", addresses: [], tags: [] };
  return { name: displayName(node), addresses: node.TailscaleIPs ?? [], tags: node.Tags ?? [] };
}
