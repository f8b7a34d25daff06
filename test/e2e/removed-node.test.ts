// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from "node:timers/promises";
import { BUILDS } from "../world/images.js";
import { accessTo, deleteNodes, describeInContainers, nodesLeft, PATIENT, REACH, Stage, useWorld } from "./stage.js";

describeInContainers("a node that the control server does not accept any more", () => {
  const world = useWorld();
  const NAME = "spacelift-stage";

  describe.each(BUILDS)("%s", (build) => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await Stage.open(build, { ...(await accessTo(world().tailnet)), ...PATIENT });
    });
    afterEach(async () => {
      await stage.close();
      // A node that has expired stays on the list.
      await deleteNodes(world().tailnet);
    });

    const REQUEST = `node -e '
      require("http").get({port: 8080, path: "http://state/hello"}, (reply) => {
        console.log(reply.statusCode, reply.headers["tailscale-connect-error"]);
        process.exit();
      });'`;

    test.each([
      ["was deleted", "the node was deleted", () => world().tailnet.deleteNode(NAME)],
      ["has expired", "the node's key has expired, or the node was deleted", () => world().tailnet.expireNode(NAME)],
    ])("that %s: status says so, requests fail at once, and up starts anew", async (_, trouble, end) => {
      expect((await stage.run(`spacetail up --watch none && ${REACH}`)).text).toContain("hello from the tailnet");
      await end();
      const until = "until ! spacetail status >/dev/null; do sleep 0.05; done";
      // The proxies learn of it a moment later.
      const told = "until grep -q 'spacetail: the node' /tmp/spacetail-1983/supervisor.log; do sleep 0.05; done";
      const output = await stage.run(`${until}; spacetail status; spacetail status --json; ${told}; ${REQUEST}`);
      expect(output.text.split("\n")).toEqual([
        `off the tailnet: ${trouble}. Run \`spacetail down\`, then up again.`,
        JSON.stringify({ state: "off", problem: trouble }),
        expect.stringMatching(new RegExp(`^502 .*${trouble}`)),
        "",
      ]);
      const again = await stage.run(`spacetail up --watch none && ${REACH}; spacetail down`);
      expect(again).toMatchObject({ code: 0, text: expect.stringContaining("hello from the tailnet") });
      expect(await stage.leftovers()).toEqual([]);
      expect((await nodesLeft(world().tailnet)).filter((name) => name !== NAME)).toEqual([]);
    });

    test("a control server that is merely away is no such thing", async () => {
      await stage.run("spacetail up --watch none");
      await world().tailnet.control("refuse");
      // As long as the supervisor needs to ask twice.
      await sleep(5000);
      expect((await stage.run("spacetail status")).text).toMatch(/^Running: /);
      await world().tailnet.control("up");
      expect(await stage.run("spacetail down")).toMatchObject({ code: 0 });
      expect(await stage.leftovers()).toEqual([]);
    });
  });
});
