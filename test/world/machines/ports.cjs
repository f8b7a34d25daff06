// SPDX-License-Identifier: Apache-2.0
// Runs in the network of a machine: makes ports of another network's loopback address available on this one's.
//
//   node ports.cjs FOLDER PORT...     FOLDER/PORT is the socket that leads there
const net = require("node:net");
const { join } = require("node:path");

const [folder, ...ports] = process.argv.slice(2);
let waiting = ports.length;
if (waiting === 0) process.stdout.write("ready\n");

for (const port of ports) {
  const server = net.createServer({ allowHalfOpen: true }, (client) => {
    const other = net.connect({ path: join(folder, port), allowHalfOpen: true });
    client.pipe(other).pipe(client);
    client.on("error", () => other.destroy());
    other.on("error", () => client.destroy());
  });
  server.listen(Number(port), "127.0.0.1", () => {
    waiting -= 1;
    if (waiting === 0) process.stdout.write("ready\n");
  });
}
