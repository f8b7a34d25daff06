// SPDX-License-Identifier: Apache-2.0
import type { Client } from "./parts.js";

/** How long a connection that has been ended stays open for what the client still sends. Milliseconds. */
const LINGER_MS = 2000;

/**
 * Ends a connection when what was written has been sent, and closes it when the client has ended it too. If it were
 * closed while bytes of the client are under way, the system would reset it, and the client might lose the last answer.
 */
export function closeGently({ connection, source }: Client): Promise<void> {
  connection.end();
  return new Promise<void>((resolve) => {
    const timer = setTimeout(() => connection.close(), LINGER_MS);
    const close = (): void => {
      clearTimeout(timer);
      connection.close();
      resolve();
    };
    const drain = (): void => {
      source.take(source.bytes().length);
      source.more().then((hasMore) => (hasMore ? drain() : close()), close);
    };
    drain();
  });
}
