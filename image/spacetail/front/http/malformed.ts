// SPDX-License-Identifier: Apache-2.0

/**
 * A message that programs could read in different ways, or not at all. It is answered and never passed on: what a proxy
 * and a server read differently is how requests are smuggled (RFC 9112, section 11.2).
 */
export class Malformed extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Malformed";
  }
}
