// SPDX-License-Identifier: Apache-2.0
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { BUILDS } from "../world/images.js";
import type { Fault } from "../world/tailnet.js";
import { accessTo, describeInContainers, type Output, runOnce, useDeadline, useWorld } from "./stage.js";

describeInContainers("an API that misbehaves", () => {
  const world = useWorld();
  let server: Server | undefined;

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  /** Listens on loopback and gives each request to the next of `answers`, the last of which serves all that follow. */
  async function serve(...answers: ((reply: ServerResponse) => void)[]): Promise<{ url: string; count: () => number }> {
    let count = 0;
    server = createServer((_, reply) => {
      const answer = answers[Math.min(count, answers.length - 1)];
      count += 1;
      answer?.(reply);
    });
    await new Promise<void>((listening) => server?.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}`, count: () => count };
  }

  const refuse = (reply: ServerResponse): void => {
    reply.writeHead(401, { "content-type": "application/json" }).end('{"message":"API token invalid"}');
  };

  describe.each(BUILDS)("%s", (build) => {
    const deadline = useDeadline(world, build);

    async function up(url: string, environment: object = {}): Promise<Output> {
      const { tailnet } = world();
      return await runOnce(tailnet, build, {
        environment: { ...(await accessTo(tailnet)), TS_API_URL: url, ...environment },
        line: "spacetail up",
      });
    }

    test("an answer that breaks off is asked for again", async () => {
      const { url, count } = await serve((reply) => {
        reply.writeHead(200, { "content-length": "100" }).write('{"access_to');
        setTimeout(() => reply.destroy(), 50);
      }, refuse);
      const output = await up(url);
      expect(output).toMatchObject({ code: 1, text: expect.stringContaining("(401: API token invalid)") });
      expect(count()).toBe(2);
    });

    test("one that asks to be asked again at once gets a pause", async () => {
      const { url, count } = await serve((reply) => {
        reply.writeHead(429, { "retry-after": "0" }).end();
      });
      const limit = deadline(3000);
      const output = await up(url, limit);
      expect(output).toMatchObject({ code: 1, text: expect.stringContaining("asks for fewer requests (429)") });
      // Four a second.
      expect(count()).toBeLessThanOrEqual(1 + Number.parseInt(limit.TS_BOOT_TIMEOUT, 10) / 250);
    });

    test("the secret does not come back in the line that it causes", async () => {
      const { url } = await serve((reply) => {
        reply.writeHead(401).end(JSON.stringify({ message: "no client has hunter2-secret" }));
      });
      const output = await up(url, { TS_OAUTH_CLIENT_SECRET: "hunter2-secret" });
      expect(output).toMatchObject({ code: 1, text: expect.stringContaining("(401: no client has [secret])") });
    });

    describe("and then works again", () => {
      const up = async (): Promise<Output> =>
        await runOnce(world().tailnet, build, { environment: await accessTo(world().tailnet) });

      test.each<[string, readonly Fault[]]>([
        [
          "500 and 503 of the API",
          [
            { match: "POST /api/v2/oauth/token", times: 2, status: 500 },
            { match: "POST /api/v2/tailnet", times: 1, status: 503 },
          ],
        ],
        ["500 of the control server", [{ match: "control register", times: 1, status: 500 }]],
      ])("%s", async (_, faults) => {
        for (const fault of faults) await world().tailnet.fault(fault);
        expect(await up()).toMatchObject({ code: 0 });
      });

      test("429 with Retry-After, which is not asked again earlier", async () => {
        await world().tailnet.fault({ match: "POST /api/v2/oauth/token", times: 1, status: 429, retryAfter: "1" });
        const output = await up();
        expect(output.code).toBe(0);
        expect(output.ms).toBeGreaterThanOrEqual(1000);
      });
    });
  });
});
