// SPDX-License-Identifier: Apache-2.0
import { BUILDS } from "../world/images.js";
import { accessTo, describeInContainers, nodesLeft, PATIENT, Stage, untilAsked, useWorld } from "./stage.js";

// Like headscale, the control server takes a while to register a node, admits it even if it has hung up, and never
// deletes one that has not been online.
describeInContainers("up that ends while the control server registers the node", () => {
  const world = useWorld();

  describe.each(BUILDS)("%s", (build) => {
    let stage: Stage;
    let since = 0;
    beforeEach(async () => {
      // Less than half of what `down` waits. A busy machine must end the attempt before it succeeds.
      await world().tailnet.settings({ registerDelayMs: 3500 });
      stage = await Stage.open(build, { ...(await accessTo(world().tailnet)), ...PATIENT });
      since = (await world().tailnet.events()).length;
    });
    afterEach(async () => {
      await stage.close();
    });

    /** Waits until the control server has received the registration. */
    async function registering(): Promise<void> {
      await untilAsked(world().tailnet, since);
    }

    /** The node was there, and has been logged out. */
    async function expectLoggedOut(): Promise<void> {
      expect(await stage.leftovers()).toEqual([]);
      expect(await nodesLeft(world().tailnet)).toEqual([]);
      const types = (await world().tailnet.events(since)).map((event) => event.type);
      expect(types).toEqual(expect.arrayContaining(["node-registered", "node-logged-out"]));
    }

    test.each([
      ["TERM", 143],
      ["INT", 130],
      ["HUP", 143],
      ["QUIT", 143],
    ])("SIG%s: it returns at once, and the supervisor logs the node out", async (signal, status) => {
      const phase = stage.start("spacetail up --watch none; echo status $?");
      await registering();
      const up = await stage.find(/^(node )?\S*spacetail up --watch none$/);
      await stage.run(`kill -${signal} ${up.pid}`);
      expect((await phase.output).text).toBe(`status ${status}\n`);
      await expectLoggedOut();
    });

    test("down waits for the answer, and logs the node out", async () => {
      const phase = stage.start("spacetail up --watch none; echo status $?");
      await registering();
      const output = await stage.run("spacetail down");
      expect(output).toMatchObject({ code: 0, text: "spacetail: off the tailnet.\n" });
      expect((await phase.output).text).toMatch(
        /^spacetail: The tunnel went down before it was ready: stopped on request\.\n(.*\n)*status 1\n$/,
      );
      await expectLoggedOut();
    });

    test("down says so when the answer takes longer than it can wait", async () => {
      await world().tailnet.settings({ registerDelayMs: 13_000 });
      stage.start("spacetail up --watch none");
      await registering();
      const output = await stage.run("spacetail down");
      expect(output).toMatchObject({
        code: 0,
        text: "spacetail: the tunnel is down; the node is not logged out yet, and spacetail goes on trying in the background.\n",
      });
      await expectLoggedOut();
    });

    test("the shell of the phase is killed", async () => {
      const phase = stage.start("spacetail up --watch $$; true");
      await registering();
      phase.command.signal("SIGKILL");
      await phase.output;
      await expectLoggedOut();
    });

    test("TS_BOOT_TIMEOUT passes", async () => {
      await world().tailnet.settings({ registerDelayMs: 8000 });
      const output = await stage.run("spacetail up --watch none", { TS_BOOT_TIMEOUT: "5s" });
      expect(output.text).toMatch(
        /^spacetail: The control server \S+ did not admit the node before TS_BOOT_TIMEOUT passed\. Check that the server is healthy\. If it admits the node later, spacetail logs it out\.\n/,
      );
      await expectLoggedOut();
    });

    test("the next up does not wait for the earlier node, and gets one of its own", async () => {
      await world().tailnet.settings({ registerDelayMs: 4000 });
      const phase = stage.start("spacetail up --watch none");
      const up = await stage.find(/^(node )?\S*spacetail up --watch none$/);
      await registering();
      await stage.run(`kill -TERM ${up.pid}`);
      await phase.output;
      await world().tailnet.settings({ registerDelayMs: 0 });
      const output = await stage.run("spacetail up --watch none && spacetail status && spacetail down");
      expect(output).toMatchObject({ code: 0, text: expect.stringContaining("Running: ") });
      await expectLoggedOut();
    });
  });
});
