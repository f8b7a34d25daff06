// SPDX-License-Identifier: Apache-2.0
import type { Outlet } from "../egress/egress.js";
import type { Client } from "./parts.js";

/** Tells a client that it has got an outlet. If the client has gone, the outlet is closed and the error passed on. */
export function announce(client: Client, outlet: Outlet, bytes: Buffer): Promise<void> {
  return client.connection.write(bytes).catch((error: unknown) => {
    outlet.connection.close();
    throw error;
  });
}

/** Sends an outlet what its client has sent already. */
export async function sendEarly({ source }: Client, outlet: Outlet): Promise<void> {
  const early = source.take(source.bytes().length);
  try {
    if (early.length > 0) await outlet.connection.write(early);
  } catch {
    // The server has gone already, which ends the connection at once.
  }
}
