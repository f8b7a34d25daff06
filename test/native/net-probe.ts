// SPDX-License-Identifier: Apache-2.0
import { errorCode } from "../../image/spacetail/errors/failure.js";
import type { Net } from "../../image/spacetail/platform/net.js";
import type { Platform } from "../../image/spacetail/platform/platform.js";

/** A program of its own for the tests of {@link Net}; both builds of it must behave alike. */
export function probe({ net }: Platform): void {
  const [command = "", ...args] = process.argv.slice(2);
  perform(net, command, args).then(
    () => {},
    (error: unknown) => {
      console.log(JSON.stringify({ error: errorCode(error) }));
    },
  );
}

async function perform(net: Net, command: string, args: readonly string[]): Promise<void> {
  switch (command) {
    case "lookup":
      return await lookup(net, args);
    case "relay":
      return await relayServer(net, args[0] ?? "", Number(args[1]), Number(args[2]));
    default:
      console.log(`no command ${command}`);
  }
}

async function lookup(net: Net, hosts: readonly string[]): Promise<void> {
  for (const host of hosts) {
    try {
      console.log(JSON.stringify({ host, found: await net.lookup(host) }));
    } catch (error) {
      console.log(JSON.stringify({ host, error: errorCode(error) }));
    }
  }
}

/** Passes each connection on to another port. */
async function relayServer(net: Net, ip: string, port: number, target: number): Promise<void> {
  const listener = await net.listen(ip, port, (connection) => {
    net.connectTcp("127.0.0.1", target, 10_000).then(
      (other) => {
        net.relay(connection, other).then(
          (done) => console.log(JSON.stringify(done)),
          (error: unknown) => console.log(`relay: ${errorCode(error)}`),
        );
      },
      (error: unknown) => {
        console.log(JSON.stringify({ error: errorCode(error) }));
        connection.close();
      },
    );
  });
  console.log(JSON.stringify({ port: listener.port }));
}
