// SPDX-License-Identifier: Apache-2.0
import { formatHostPort, type HostPort, parseHostPort } from "../../../contract/wire/addresses.js";
import { dialAddresses, resolve } from "../egress/dial.js";
import { parseHead } from "../egress/http-reply.js";
import { readerOf } from "../egress/reader.js";
import { errorCode, errorMessage, Failure } from "../errors/failure.js";
import { printable } from "../errors/printable.js";
import type { Connection, Net } from "../platform/net.js";
import { deadlineIn, limited, remaining } from "../process/clock.js";

/** A connection to a service. */
export interface Through {
  readonly connection: Connection;
  /** What the service has sent already. It comes before what is read from the connection. */
  readonly early: Buffer;
}

/** How long the proxy may take, which has limits of its own for each step. Milliseconds. */
const ANSWER_MS = 120_000;

/** The longest answer that is read. Bytes. */
const MOST = 16_384;

/** The header in which tailscaled's proxy and ours say why there is no connection. */
const REASON = "tailscale-connect-error";

/**
 * Connects to a service through the tunnel's HTTP proxy, which finds the way to it and waits for nodes that do not know
 * this one yet.
 *
 * @param proxy `host:port`
 * @throws Failure if there is no connection; it says why
 */
export async function connectThrough(net: Net, proxy: string, target: HostPort): Promise<Through> {
  const deadline = deadlineIn(ANSWER_MS);
  const name = formatHostPort(target);
  if (proxy === "") throw new Failure(`Cannot reach ${name}: the tunnel has no proxies.`);
  const connection = await dialProxy(net, proxy, name);
  try {
    const reader = readerOf(connection);
    await connection.write(Buffer.from(`CONNECT ${name} HTTP/1.1\r\nHost: ${name}\r\n\r\n`));
    const answer = await limited(reader.head(MOST), remaining(deadline), "no answer in time");
    const problem = refusal(answer.toString("latin1"), name);
    if (problem !== "") throw new Failure(problem);
    return { connection, early: reader.rest() };
  } catch (error) {
    connection.close();
    if (error instanceof Failure) throw error;
    throw new Failure(`Cannot reach ${name}: the proxy at ${proxy} did not answer (${errorMessage(error)}).`);
  }
}

async function dialProxy(net: Net, proxy: string, name: string): Promise<Connection> {
  const at = parseHostPort(proxy) ?? { host: proxy, port: 0 };
  // Either family may have the port, and `localhost` may be missing in /etc/hosts.
  const deadline = deadlineIn(5000);
  try {
    const addresses = at.host === "localhost" ? ["127.0.0.1", "::1"] : await resolve(net, at.host, deadline);
    return await dialAddresses(net, addresses, at.port, deadline);
  } catch (error) {
    const advice = "Run `spacetail down`, then up again.";
    throw new Failure(
      `Cannot reach ${name}: the tunnel's proxy at ${proxy} does not answer (${errorCode(error)}). ${advice}`,
    );
  }
}

/** Why a proxy does not connect, as a sentence; empty if it does. */
export function refusal(head: string, name: string): string {
  const answer = parseHead(head);
  if (answer === null) return `Cannot reach ${name}: the proxy's answer is malformed.`;
  if (answer.status === 200) return "";
  const reason = printable(answer.headers[REASON] ?? `the proxy answered ${answer.status}`);
  const line = reason.startsWith("Cannot reach") ? reason : `Cannot reach ${name}: ${reason}`;
  return line.endsWith(".") ? line : `${line}.`;
}
