// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../platform/net.js";

/**
 * What {@link Net.relay} does, for connections that are not the system's own, such as those within TLS. Never rejects.
 */
export async function pump(a: Connection, b: Connection): Promise<void> {
  const pass = async (from: Connection, to: Connection): Promise<void> => {
    try {
      for (;;) {
        const chunk = await from.read();
        if (chunk === null) break;
        await to.write(chunk);
      }
      to.end();
    } catch {
      a.close();
      b.close();
    }
  };
  await Promise.all([pass(a, b), pass(b, a)]);
  a.close();
  b.close();
}
