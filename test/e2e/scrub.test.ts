// SPDX-License-Identifier: Apache-2.0
import { BUILDS } from "../world/images.js";
import { accessTo, describeInContainers, Stage, useWorld } from "./stage.js";

const FILE = "/mnt/workspace/.env_hooks_after";

describeInContainers("scrub", () => {
  const world = useWorld();

  describe.each(BUILDS)("%s", (build) => {
    let stage: Stage;

    beforeAll(async () => {
      stage = await Stage.open(build, await accessTo(world().tailnet));
      expect(await stage.run("spacetail up --watch none")).toMatchObject({ code: 0 });
    });

    afterAll(async () => {
      await stage.close();
    });

    test("keeps every other byte, also those that are no UTF-8", async () => {
      const bytes = "printf 'BIN=\\377\\376y\\nHTTP_PROXY=http://localhost:8080\\nE=\\303\\274\\303\\nNO=1\\n'";
      const left = "printf 'BIN=\\377\\376y\\nE=\\303\\274\\303\\nNO=1\\n'";
      const output = await stage.run(`${bytes} >${FILE}; spacetail scrub; ${left} | cmp - ${FILE} && echo same`);
      expect(output).toMatchObject({ code: 0, text: "same\n" });
    });

    test("replaces the file whole and keeps its permissions", async () => {
      const line =
        `echo HTTP_PROXY=http://localhost:8080 >${FILE}; chmod 640 ${FILE}; ln -f ${FILE} /mnt/workspace/old; ` +
        `spacetail scrub; stat -c %a ${FILE}; cat ${FILE} /mnt/workspace/old; ls /mnt/workspace/.env*`;
      const output = await stage.run(line);
      expect(output).toMatchObject({ code: 0, text: `640\nHTTP_PROXY=http://localhost:8080\n${FILE}\n` });
    });

    test("writes into the file where its folder cannot be written to", async () => {
      const line =
        "mkdir -p /tmp/fixed; echo HTTP_PROXY=http://localhost:8080 >/tmp/fixed/env; chmod 500 /tmp/fixed; " +
        "spacetail scrub /tmp/fixed/env; cat /tmp/fixed/env; ls /tmp/fixed; chmod 700 /tmp/fixed";
      expect(await stage.run(line)).toMatchObject({ code: 0, text: "env\n" });
    });

    test("follows a symbolic link", async () => {
      const line =
        `echo HTTP_PROXY=http://localhost:8080 >/tmp/target; ln -sf /tmp/target ${FILE}; spacetail scrub; ` +
        `wc -c </tmp/target; readlink ${FILE}; rm ${FILE}`;
      expect(await stage.run(line)).toMatchObject({ code: 0, text: "0\n/tmp/target\n" });
    });
  });
});
