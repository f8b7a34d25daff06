// SPDX-License-Identifier: Apache-2.0
import type { HostPort } from "../../../contract/wire/addresses.js";
import type { Outlet } from "../egress/egress.js";
import type { Client, FrontParts } from "./parts.js";

/**
 * Connects a client to the service of a forward. A client that does not know of a proxy can be told nothing.
 *
 * @returns null if there is no connection, and the client's has been closed
 */
export async function serveForward(client: Client, target: HostPort, parts: FrontParts): Promise<Outlet | null> {
  const { outlet, problem } = await parts.dialer.dial(target, false);
  if (problem !== null) parts.log(problem.text);
  if (outlet === null) client.connection.close();
  return outlet;
}
