// SPDX-License-Identifier: Apache-2.0
import { withoutBrackets } from "../../../contract/wire/addresses.js";
import { ipBytes } from "../../../contract/wire/networks.js";
import { CodedError, errorCode, errorMessage } from "../errors/failure.js";
import type { Connection, Net } from "../platform/net.js";
import { type Deadline, limited, remaining, timeLeft } from "../process/clock.js";

/** How long an attempt has the field to itself: the Connection Attempt Delay of RFC 8305, section 5. Milliseconds. */
const ATTEMPT_DELAY_MS = 250;

/** Errors that say more about this machine than about the destination. */
const NO_ROUTE: readonly string[] = ["ENETUNREACH", "EHOSTUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT"];

/** The addresses in the order in which to try them: families alternate, beginning with that of the first. */
export function attemptOrder(addresses: readonly string[]): string[] {
  const isV6 = (address: string): boolean => address.includes(":");
  const first = addresses.filter((address) => isV6(address) === isV6(addresses[0] ?? ""));
  const other = addresses.filter((address) => isV6(address) !== isV6(addresses[0] ?? ""));
  const order: string[] = [];
  for (let i = 0; i < Math.max(first.length, other.length); i += 1) {
    for (const list of [first, other]) {
      const address = list[i];
      if (address !== undefined) order.push(address);
    }
  }
  return order;
}

/**
 * Connects to the first address that accepts, as "Happy Eyeballs" (RFC 8305) has it: each address gets a head start
 * over the next, so that neither a refusal nor a black hole costs more than that. Late connections are closed.
 *
 * @param connect makes one attempt, which must end by the deadline
 * @returns rejects with the error of the attempt that says most, or with ETIMEDOUT
 */
export function race(
  addresses: readonly string[],
  connect: (address: string) => Promise<Connection>,
  deadline: Deadline,
  headStartMs = ATTEMPT_DELAY_MS,
): Promise<Connection> {
  const order = attemptOrder(addresses);
  return new Promise<Connection>((resolve, reject) => {
    let next = 0;
    let pending = 0;
    let over = false;
    let failure: Error | null = null;
    // It refers to itself, and would keep everything here for long if it were not taken apart at the end.
    let start = (): void => {};
    const end = (): void => {
      over = true;
      clearTimeout(limit);
      start = () => {};
    };
    const giveUp = (late: string): void => {
      end();
      if (failure === null) reject(new CodedError("ETIMEDOUT", late));
      else reject(failure);
    };
    const fail = (error: Error): void => {
      if (failure === null || NO_ROUTE.includes(errorCode(failure))) failure = error;
    };
    start = () => {
      const address = order[next];
      if (over || address === undefined) return;
      next += 1;
      pending += 1;
      let moved = false;
      const goOn = (): void => {
        if (!moved) start();
        moved = true;
      };
      const timer = setTimeout(goOn, headStartMs);
      connect(address).then(
        (connection) => {
          pending -= 1;
          clearTimeout(timer);
          if (over) {
            connection.close();
            return;
          }
          end();
          resolve(connection);
        },
        (error: unknown) => {
          pending -= 1;
          clearTimeout(timer);
          fail(error instanceof Error ? error : new Error(errorMessage(error)));
          goOn();
          if (pending === 0 && !over) giveUp("connect ETIMEDOUT");
        },
      );
    };
    const limit = setTimeout(() => {
      if (!over) giveUp(`connect ETIMEDOUT ${order.join(", ")}`);
    }, timeLeft(deadline));
    if (order.length === 0) {
      end();
      reject(new CodedError("ENOTFOUND", "no address"));
    } else start();
  });
}

/** {@link race} over TCP. */
export function dialAddresses(
  net: Net,
  addresses: readonly string[],
  port: number,
  deadline: Deadline,
): Promise<Connection> {
  return race(addresses, (address) => dialOne(net, address, port, deadline), deadline);
}

/** The addresses of a host; rejects with EAI_AGAIN if the resolver has not answered by the deadline. */
export async function resolve(net: Net, host: string, deadline: Deadline): Promise<string[]> {
  if (ipBytes(host) !== null) return [withoutBrackets(host)];
  try {
    return await limited(net.lookup(host), remaining(deadline), "");
  } catch (error) {
    const code = errorCode(error);
    // As long as there is no answer, it is a matter of the name server.
    if (code === "ETIMEDOUT") throw new CodedError("EAI_AGAIN", `no name server answered for ${host} in time`);
    throw new CodedError(code, `getaddrinfo ${code} ${host}`);
  }
}

async function dialOne(net: Net, address: string, port: number, deadline: Deadline): Promise<Connection> {
  try {
    return await net.connectTcp(address, port, timeLeft(deadline));
  } catch (error) {
    const code = errorCode(error);
    throw new CodedError(code, `connect ${code} ${address.includes(":") ? `[${address}]` : address}:${port}`);
  }
}
