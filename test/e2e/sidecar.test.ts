// SPDX-License-Identifier: Apache-2.0
// A phase whose tunnel is in another container of its pod: the two share the network, and nothing else.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { hookLists } from "../../contract/hooks/hooks.js";
import { BUILDS } from "../world/images.js";
import { accessTo, describeInContainers, nodesLeft, PATIENT, REACH, Stage, useWorld } from "./stage.js";

describeInContainers("a phase beside a sidecar", () => {
  const world = useWorld();

  describe.each(BUILDS)("%s", (build) => {
    let sidecar: Stage;
    let phase: Stage;
    let health: Server;
    let isUp: boolean;
    let asked: number;

    beforeEach(async () => {
      isUp = false;
      asked = 0;
      health = createServer(({ url }, response) => {
        asked += 1;
        response.writeHead(url !== "/healthz" ? 404 : isUp ? 200 : 503).end();
      }).listen(0, "127.0.0.1");
      await new Promise((resolve) => health.on("listening", resolve));
      const { port } = health.address() as AddressInfo;
      sidecar = await Stage.open(build, { ...(await accessTo(world().tailnet)), ...PATIENT });
      // Code of the run gets no login.
      phase = await Stage.open(build, { TS_SIDECAR: `localhost:${port}`, ...PATIENT });
    });
    afterEach(async () => {
      health.close();
      await phase.close();
      await sidecar.close();
    });

    async function startSidecar(): Promise<void> {
      expect((await sidecar.run("spacetail up --watch none")).code).toBe(0);
      isUp = true;
    }

    /** All hooks of a plan around a command, as Spacelift joins them. */
    function plan(command: string): string {
      const { before_plan: before = [], after_plan: after = [] } = hookLists({
        phases: ["plan"],
        httpProxy: "localhost:8080",
        exitTrap: true,
      });
      const hook = (text: string) => `{ ${text}; }`;
      return [...before.map(hook), command, ...after.map(hook)].join(" && ");
    }

    test("its hooks start nothing, its commands use the sidecar's tunnel, and the proxy variables end with it", async () => {
      await startSidecar();
      const output = await phase.run(`${plan(`${REACH} && echo "proxy $HTTP_PROXY"`)} && echo "after [$HTTP_PROXY]"`);
      expect(output).toMatchObject({ code: 0 });
      expect(output.text).toMatch(/^spacetail: the tunnel of the sidecar at localhost:\d+ is up\.\n/);
      expect(output.text).toContain("hello from the tailnet\n");
      expect(output.text).toMatch(/proxy http:\/\/localhost:8080\nafter \[\]\n$/);
      expect(await phase.leftovers()).toEqual([]);
      // The trap of the phase takes nothing down.
      expect((await sidecar.run("spacetail status")).text).toMatch(/^Running/);
      expect((await sidecar.run("spacetail down")).code).toBe(0);
      expect(await nodesLeft(world().tailnet)).toEqual([]);
    });

    test("its connections are not captured, which `up` and `run` say, and its commands use the proxies", async () => {
      await startSidecar();
      const line = `spacetail up && eval "$(spacetail env)" && ${REACH} && echo "proxy $HTTP_PROXY"`;
      const output = await phase.run(line, { TS_CAPTURE: "true" });
      expect(output).toMatchObject({ code: 0 });
      expect(output.text).toContain("spacetail: capture: off (the tunnel is in another container)\n");
      expect(output.text).toMatch(/hello from the tailnet\nproxy http:\/\/localhost:8080\n$/);
      const run = await phase.run("spacetail run -- sh -c 'echo proxy $HTTP_PROXY'");
      expect(run).toMatchObject({ code: 0, text: expect.stringMatching(/proxy http:\/\/localhost:8080\n$/) });
      const forced = await phase.run("spacetail run --capture=on -- true");
      expect(forced).toMatchObject({
        code: 125,
        text: "spacetail: Connections cannot be captured: the tunnel is in another container.\n",
      });
      await sidecar.run("spacetail down");
    });

    test("up waits until the sidecar is on the tailnet, and its services are reached", async () => {
      const waiting = phase.start("spacetail up", { TS_WAIT_FOR: "state:80" });
      while (asked < 2) await new Promise((resolve) => setTimeout(resolve, 20));
      await startSidecar();
      const { code, text } = await waiting.output;
      expect({ code, text }).toEqual({
        code: 0,
        text: expect.stringMatching(
          /^spacetail: the tunnel of the sidecar at localhost:\d+ is up; state:80 reached\.\n$/,
        ),
      });
      await sidecar.run("spacetail down");
    });

    test("a sidecar that does not come up fails the phase, with what its health check says", async () => {
      const output = await phase.run("spacetail up", { TS_BOOT_TIMEOUT: "1s" });
      expect(output.code).toBe(1);
      expect(output.text).toMatch(
        /^spacetail: The sidecar at localhost:\d+ \(TS_SIDECAR\) was not on the tailnet before TS_BOOT_TIMEOUT passed: it answered 503\. Read the log of its container\.\n$/,
      );
      const missing = await phase.run("spacetail up", { TS_BOOT_TIMEOUT: "1s", TS_SIDECAR: "localhost:9" });
      expect(missing).toMatchObject({ code: 1, text: expect.stringContaining("ECONNREFUSED") });
    });

    test("a service that is not there fails the phase, and is named", async () => {
      await startSidecar();
      const output = await phase.run("spacetail up", { TS_BOOT_TIMEOUT: "3s", TS_WAIT_FOR: "state:9" });
      expect(output.code).toBe(1);
      expect(output.text).toMatch(/^spacetail: state:9 \(TS_WAIT_FOR\) was not reached: /);
      await sidecar.run("spacetail down");
    });
  });
});
