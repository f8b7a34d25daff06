// SPDX-License-Identifier: Apache-2.0
import { pump } from "../../../image/spacetail/egress/pump.js";
import type { Connection } from "../../../image/spacetail/platform/net.js";

/** A connection with what it receives, and a record of what is done with it. */
function connection(id: number, reads: readonly (string | null | Error)[], write: () => Promise<void>) {
  const log: string[] = [];
  const left = [...reads];
  const made: Connection = {
    id,
    read: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      const next = left.shift() ?? null;
      if (next instanceof Error) throw next;
      return next === null ? null : Buffer.from(next);
    },
    readable: () => {},
    write: async (bytes) => {
      await write();
      log.push(String(bytes));
    },
    end: () => log.push("end"),
    close: () => log.push("close"),
  };
  return { made, log };
}

const fine = async (): Promise<void> => {};

test("an answer that comes before a server closes arrives, although the rest of the upload cannot be sent", async () => {
  const client = connection(1, ["one", "two", "three", null], fine);
  const server = connection(2, ["413 Too large", null], async () => {
    throw Object.assign(new Error("broken pipe"), { code: "EPIPE" });
  });
  await pump(client.made, server.made);
  expect(client.log).toEqual(["413 Too large", "end", "close"]);
});

test("a connection that breaks ends both", async () => {
  const client = connection(1, [null], fine);
  const server = connection(2, ["half", new Error("reset")], fine);
  await pump(client.made, server.made);
  expect(client.log).toEqual(["half", "close", "close"]);
});
