// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../platform/net.js";

/**
 * What {@link Net.relay} does, for connections that are not the system's own, such as those within TLS. Never rejects.
 */
export async function pump(a: Connection, b: Connection): Promise<void> {
  const pass = async (from: Connection, to: Connection): Promise<void> => {
    for (;;) {
      let chunk: Buffer | null;
      try {
        chunk = await from.read();
      } catch {
        a.close();
        b.close();
        return;
      }
      if (chunk === null) break;
      try {
        await to.write(chunk);
      } catch {
        // What the other side had sent before it closed may still be there.
        await discard(from);
        return;
      }
    }
    to.end();
  };
  await Promise.all([pass(a, b), pass(b, a)]);
  a.close();
  b.close();
}

/** Reads what nobody can get any more, so that its sender goes on to the answer. */
async function discard(from: Connection): Promise<void> {
  try {
    while ((await from.read()) !== null);
  } catch {
    // It has ended.
  }
}
