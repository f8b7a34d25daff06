// SPDX-License-Identifier: Apache-2.0
import type { HostPort } from "../../../contract/wire/addresses.js";
import type { Client, FrontParts } from "./parts.js";

/** Connects a client to the service of a forward. A client that does not speak to a proxy can be told nothing. */
export async function serveForward(client: Client, target: HostPort, parts: FrontParts): Promise<void> {
  const { outlet, problem } = await parts.dialer.dial(target, false);
  if (problem !== null) parts.log(problem.text);
  if (outlet === null) {
    client.connection.close();
    return;
  }
  await parts.relay(client.connection, outlet);
}
