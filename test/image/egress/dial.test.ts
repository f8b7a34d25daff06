// SPDX-License-Identifier: Apache-2.0
import { attemptOrder, race, resolve } from "../../../image/spacetail/egress/dial.js";
import { CodedError, errorCode } from "../../../image/spacetail/errors/failure.js";
import type { Connection, Net } from "../../../image/spacetail/platform/net.js";
import { deadlineIn } from "../../../image/spacetail/process/clock.js";

/** A connection that only knows whether it was closed. */
function connection(closed: string[], name: string): Connection {
  return {
    id: 0,
    readable: () => {},
    read: async () => null,
    write: async () => {},
    end: () => {},
    close: () => closed.push(name),
  };
}

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test("attemptOrder lets the families alternate, beginning with the first", () => {
  expect(attemptOrder(["::1", "::2", "1.1.1.1", "::3"])).toEqual(["::1", "1.1.1.1", "::2", "::3"]);
  expect(attemptOrder(["1.1.1.1", "::1", "2.2.2.2"])).toEqual(["1.1.1.1", "::1", "2.2.2.2"]);
  expect(attemptOrder([])).toEqual([]);
});

describe("race", () => {
  test("goes on at once after a refusal", async () => {
    const tried: string[] = [];
    const began = Date.now();
    const winner = await race(
      ["1.1.1.1", "2.2.2.2", "3.3.3.3"],
      async (address) => {
        tried.push(address);
        if (address !== "3.3.3.3") throw new CodedError("ECONNREFUSED", address);
        return connection([], address);
      },
      deadlineIn(60_000),
    );
    expect(winner).toBeDefined();
    expect(tried).toEqual(["1.1.1.1", "2.2.2.2", "3.3.3.3"]);
    expect(Date.now() - began).toBeLessThan(30_000);
  });

  test("does not wait for a black hole, and closes what comes late", async () => {
    const closed: string[] = [];
    let release = (): void => {};
    const late = new Promise<void>((resolve) => (release = resolve));
    await race(
      ["1.1.1.1", "2.2.2.2"],
      async (address) => {
        if (address === "1.1.1.1") await late;
        return connection(closed, address);
      },
      deadlineIn(60_000),
    );
    release();
    await later(1);
    expect(closed).toEqual(["1.1.1.1"]);
  });

  test("says why, rather than that a family has no route", async () => {
    const failure = race(
      ["::1", "1.1.1.1"],
      async (address) => {
        throw new CodedError(address === "::1" ? "ENETUNREACH" : "ECONNREFUSED", address);
      },
      deadlineIn(60_000),
    );
    await expect(failure).rejects.toMatchObject({ message: "1.1.1.1" });
  });

  test("ends with its deadline", async () => {
    const failure = race(["1.1.1.1"], () => new Promise(() => {}), deadlineIn(20));
    await expect(failure.catch((error: unknown) => errorCode(error))).resolves.toBe("ETIMEDOUT");
  });

  test("fails without addresses", async () => {
    const failure = race([], () => Promise.reject(new Error("never")), deadlineIn(60_000));
    await expect(failure.catch((error: unknown) => errorCode(error))).resolves.toBe("ENOTFOUND");
  });
});

describe("resolve", () => {
  const net = (lookup: Net["lookup"]): Net => ({ lookup }) as unknown as Net;
  test("ends with its deadline where name servers are silent", async () => {
    const failure = resolve(
      net(() => new Promise(() => {})),
      "host.test",
      deadlineIn(20),
    );
    await expect(failure).rejects.toMatchObject({ message: "no name server answered for host.test in time" });
  });

  test("asks nobody about an address", async () => {
    const never = net(() => Promise.reject(new Error("asked")));
    expect(await resolve(never, "[::1]", deadlineIn(60_000))).toEqual(["::1"]);
    expect(await resolve(never, "10.0.0.1", deadlineIn(60_000))).toEqual(["10.0.0.1"]);
  });
});
