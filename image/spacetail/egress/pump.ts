// SPDX-License-Identifier: Apache-2.0
import { errorCode } from "../errors/failure.js";
import type { Connection, Relayed } from "../platform/net.js";

/** What {@link Net.relay} does, for connections that are not the system's own, such as those within TLS. */
export async function pump(a: Connection, b: Connection): Promise<Relayed> {
  let error = "";
  const pass = async (from: Connection, to: Connection): Promise<number> => {
    let count = 0;
    try {
      for (;;) {
        const chunk = await from.read();
        if (chunk === null) break;
        count += chunk.length;
        await to.write(chunk);
      }
      to.end();
    } catch (problem) {
      if (error === "") error = errorCode(problem);
      a.close();
      b.close();
    }
    return count;
  };
  const [fromA, fromB] = await Promise.all([pass(a, b), pass(b, a)]);
  a.close();
  b.close();
  return { fromA, fromB, error };
}
