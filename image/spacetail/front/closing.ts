// SPDX-License-Identifier: Apache-2.0
import { deadlineIn, remaining } from "../process/clock.js";
import type { Client } from "./parts.js";

/** How long a connection that has been ended stays open while the client sends nothing, and in all. Milliseconds. */
const LINGER_MS = 2000;
const LONGEST_LINGER_MS = 30_000;

/**
 * Ends a connection when what was written has been sent, and closes it when the client has ended it too. If it were
 * closed while bytes of the client are under way, the system would reset it, and the client might lose the last answer.
 */
export function closeGently({ connection, source }: Client): Promise<void> {
  connection.end();
  return new Promise<void>((resolve) => {
    const limit = deadlineIn(LONGEST_LINGER_MS);
    const drain = (): void => {
      source.take(source.bytes().length);
      // A pending read ends when the connection is closed.
      const timer = setTimeout(() => connection.close(), Math.min(LINGER_MS, remaining(limit)));
      const goOn = (hasMore: boolean): void => {
        clearTimeout(timer);
        if (hasMore) drain();
        else {
          connection.close();
          resolve();
        }
      };
      source.more().then(goOn, () => goOn(false));
    };
    drain();
  });
}
