// SPDX-License-Identifier: Apache-2.0
import { createServer } from "node:net";
import { freePort, listen, localFront, RawClient } from "./local-front.js";

const target = { host: "db", port: 5432 };

test("a forward whose port was taken listens when it is asked for again, and not before", async () => {
  const service = createServer((socket) => socket.end("hello"));
  const holder = createServer();
  const { front, serve } = await localFront();
  serve("db", await listen(service));
  const port = await listen(holder);
  for (let i = 0; i < 2; i += 1) {
    await expect(front.forward([{ port, target }])).rejects.toMatchObject({ name: "EADDRINUSE" });
    expect(front.forwards()).toEqual([]);
  }
  await new Promise((resolve) => holder.close(resolve));
  await front.forward([{ port, target }]);
  expect(front.forwards()).toEqual([{ port, target }]);
  expect(await (await RawClient.open(port)).all()).toBe("hello");
  front.close();
  service.close();
});

test("a forward cannot have the port of a proxy", async () => {
  const { front, port } = await localFront();
  await expect(front.forward([{ port, target }])).rejects.toMatchObject({ name: "EADDRINUSE" });
  expect(front.forwards()).toEqual([]);
  front.close();
});

test("a forward to nowhere closes the connection, and says why in the log", async () => {
  const { front, log } = await localFront();
  const port = await freePort();
  await front.forward([{ port, target }]);
  expect(await (await RawClient.open(port)).all()).toBe("");
  expect(log).toEqual(["Cannot reach db: no such host"]);
  front.close();
});
