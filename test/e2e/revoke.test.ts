// SPDX-License-Identifier: Apache-2.0
import { BUILDS } from "../world/images.js";
import { startServe } from "./serve-stage.js";
import { accessTo, describeInContainers, PATIENT, Stage, TAG, useWorld } from "./stage.js";

describeInContainers("a name that another machine has", () => {
  const world = useWorld();

  describe.each(BUILDS)("%s", (build) => {
    let stage: Stage;
    let client: { TS_OAUTH_CLIENT_ID: string; TS_OAUTH_CLIENT_SECRET: string };
    beforeAll(async () => {
      stage = await Stage.open(build, { ...(await accessTo(world().tailnet)), ...PATIENT });
      const { id, secret } = await world().tailnet.makeClient(["auth_keys", "devices:core"], [TAG]);
      client = { TS_OAUTH_CLIENT_ID: id, TS_OAUTH_CLIENT_SECRET: secret };
    });
    afterAll(async () => {
      await stage?.close();
    });

    test("is free when that machine is removed, and the own one stays", async () => {
      for (const [name, place] of [
        ["app", "one"],
        ["app", "two"],
      ]) {
        const settings = { TS_STATE_DIR: `/mnt/workspace/${place}`, TS_HOSTNAME: name };
        const serve = startServe(stage, settings);
        await serve.prints(/on the tailnet as app/);
        if (place === "one") await serve.end();
        else {
          expect((await stage.run("spacetail revoke app-1", client)).text).toBe("");
          expect((await stage.run("spacetail revoke app", client)).text).toBe(
            "spacetail: removed app.tail.test from the tailnet.\n",
          );
          expect((await world().tailnet.joinedNodes()).map((node) => node.name)).toEqual(["app-1"]);
          await serve.end();
        }
      }
      expect(await stage.run("spacetail revoke app-1", client)).toMatchObject({ code: 0 });
      expect(await world().tailnet.joinedNodes()).toEqual([]);
    });

    test.each([
      ["", {}, "`spacetail revoke` takes the name of a machine."],
      [
        "app",
        { TS_OAUTH_CLIENT_SECRET: "", TS_OAUTH_CLIENT_ID: "" },
        "`spacetail revoke` needs an OAuth client with the devices:core scope: set TS_OAUTH_CLIENT_SECRET.",
      ],
      ["app", {}, "Tailscale refused to list machines (403"],
    ])("`revoke %s` with %j fails", async (name, environment, message) => {
      const output = await stage.run(`spacetail revoke ${name}`, environment);
      expect(output.code).toBe(1);
      expect(output.text).toContain(`spacetail: ${message}`);
    });
  });
});
