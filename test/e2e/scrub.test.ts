// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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

    test.each<[string, string, string]>([
      ["NAME=value", "A=1\nHTTP_PROXY=http://localhost:8080\nB=2\n", "A=1\nB=2\n"],
      ["in quotes", "A='1'\nHTTP_PROXY='http://localhost:8080'\nhttp_proxy=\"http://localhost:8080\"\n", "A='1'\n"],
      ["export", "export A='1'\nexport HTTP_PROXY='http://localhost:8080'\n", "export A='1'\n"],
      ["declare -x", 'declare -x A="1"\ndeclare -x HTTP_PROXY="http://localhost:8080"\n', 'declare -x A="1"\n'],
      ["typeset -x", "typeset -x A=1\ntypeset -x HTTP_PROXY=http://localhost:8080\n", "typeset -x A=1\n"],
      ["NUL", "A=1\nHTTP_PROXY=x\0HTTP_PROXY=http://localhost:8080\0B=2\0", "A=1\nHTTP_PROXY=x\0B=2\0"],
      ["CRLF", "A=1\r\nHTTP_PROXY=http://localhost:8080\r\nB=2\r\n", "A=1\r\nB=2\r\n"],
      ["JSON", '{\n  "A": "\\u00e91",\n  "HTTP_PROXY": "http://localhost:8080"\n}\n', '{\n  "A": "\\u00e91"\n}\n'],
      ["JSON of pairs", '[{"name":"HTTP_PROXY","value":"http://localhost:8080"},{"name":"A"}]', '[{"name":"A"}]'],
      [
        "YAML",
        "env:\n  A: '1'\n  HTTP_PROXY: http://localhost:8080\n  B: |\n    HTTP_PROXY: x\n",
        "env:\n  A: '1'\n  B: |\n    HTTP_PROXY: x\n",
      ],
    ])("understands %s, and leaves all else as it is", async (_, file, left) => {
      writeFileSync(join(stage.workspace, "formatted"), file);
      expect(await stage.run("spacetail scrub /mnt/workspace/formatted")).toMatchObject({ code: 0, text: "" });
      expect(readFileSync(join(stage.workspace, "formatted"), "utf8")).toBe(left);
    });

    test("says in one line what it leaves because it does not know the form", async () => {
      const file = "set -gx HTTP_PROXY http://localhost:8080\nset -gx no_proxy mine\n";
      writeFileSync(join(stage.workspace, "formatted"), file);
      expect(await stage.run("spacetail scrub /mnt/workspace/formatted")).toMatchObject({
        code: 0,
        text: "spacetail: /mnt/workspace/formatted still has the tunnel's HTTP_PROXY, in a form that cannot be removed: later phases may use a proxy that is gone.\n",
      });
      expect(readFileSync(join(stage.workspace, "formatted"), "utf8")).toBe(file);
    });
  });
});
