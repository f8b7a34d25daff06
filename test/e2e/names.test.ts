// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { BUILDS } from "../world/images.js";
import { startHttpProxy, type TestProxy } from "../world/proxies.js";
import { type Access, accessTo, describeInContainers, Stage, useWorld } from "./stage.js";

/**
 * Connects by the tunnel's HTTP proxy to each `HOST:PORT` among its arguments, says hello, and prints one line: what
 * came back first, or why there is no connection.
 */
const TALK = `node -e '
const net = require("net");
const talk = (target) => new Promise((done) => {
  const socket = net.connect(8080, "localhost", () => socket.write("CONNECT " + target + " HTTP/1.1\\r\\nHost: " + target + "\\r\\n\\r\\n"));
  let text = "";
  let open = false;
  const end = (line) => { console.log(target + " = " + line); socket.destroy(); done(); };
  socket.on("data", (data) => {
    text += data;
    const head = text.indexOf("\\r\\n\\r\\n");
    if (head < 0) return;
    if (!text.startsWith("HTTP/1.1 200")) return end((/Tailscale-Connect-Error: (.*)/i.exec(text) || [])[1]);
    if (!open) socket.write("hello\\n");
    open = true;
    const body = text.slice(head + 4);
    if (body.includes("\\n")) end(body.split("\\n")[0]);
  });
  socket.on("close", () => end("closed"));
});
(async () => { for (const target of process.argv.slice(1)) await talk(target); })();
' --`;

describeInContainers("names and routes", () => {
  const world = useWorld();
  let direct: Server;
  let directPort: number;
  let access: Access;
  let db: string;
  beforeAll(async () => {
    const { tailnet } = world();
    db = (await tailnet.nodes()).find((node) => node.name === "db")?.addresses[0] ?? "";
    access = await accessTo(tailnet);
    direct = createServer((socket) => socket.on("error", () => {}).end("straight out\n"));
    await new Promise<void>((resolve) => direct.listen(0, "0.0.0.0", resolve));
    directPort = (direct.address() as AddressInfo).port;
  });
  afterAll(() => direct.close());
  beforeEach(async () => {
    const { tailnet } = world();
    await tailnet.records([
      { name: "mysql.corp.test", type: "A", value: "10.99.0.10", ttl: 60 },
      { name: "alias.corp.test", type: "CNAME", value: "mysql.corp.test", ttl: 60 },
      { name: "node.corp.test", type: "CNAME", value: "db.tail.test", ttl: 60 },
      { name: "six.corp.test", type: "AAAA", value: "fd00:99::10", ttl: 60 },
      { name: "outside.corp.test", type: "A", value: "10.77.0.1", ttl: 60 },
      { name: "empty.corp.test", type: "A" },
    ]);
    await tailnet.network({
      dns: {
        Routes: { "corp.test": [{ Addr: db }] },
        Domains: ["corp.test"],
        ExtraRecords: [{ Name: "extra.tail.test", Value: db }],
      },
      routes: { db: ["10.99.0.0/24", "fd00:99::/64"] },
    });
  });

  async function talk(
    build: (typeof BUILDS)[number],
    targets: readonly string[],
    environment: object = {},
  ): Promise<string> {
    const stage = await Stage.open(build, { ...access, TS_EXTRA_ARGS: "--accept-routes", ...environment });
    try {
      const output = await stage.run(
        `spacetail up 2>/tmp/up && ${TALK} ${targets.join(" ")}; cat /tmp/up; spacetail down`,
      );
      if (output.code !== 0) throw new Error(output.text);
      return output.text;
    } finally {
      await stage.close();
    }
  }

  describe.each(BUILDS)("%s", (build) => {
    test("nodes, extra records, split DNS, subnet routes, and everything else", async () => {
      const text = await talk(build, [
        "db:5432",
        "DB.Tail.Test:5432",
        "extra:5432",
        `${db}:5432`,
        "mysql.corp.test:3306",
        "alias.corp.test:3306",
        "node.corp.test:5432",
        "six.corp.test:3306",
        "mysql:3306",
        "10.99.0.7:99",
        "[fd00:99::7]:99",
        `outside.corp.test:${directPort}`,
        `10.77.0.1:${directPort}`,
        "gone.tail.test:1",
        "gone.corp.test:1",
        "empty.corp.test:1",
      ]);
      const lines = text.split("\n");
      for (const target of ["db", "DB.Tail.Test", "extra", db, "node.corp.test"]) {
        expect(lines).toContain(`${target}:5432 = hello`);
      }
      for (const host of ["mysql.corp.test", "alias.corp.test", "mysql"]) {
        expect(lines).toContain(`${host}:3306 = behind db: 10.99.0.10:3306`);
      }
      expect(lines).toContain("six.corp.test:3306 = behind db: [fd00:99::10]:3306");
      expect(lines).toContain("10.99.0.7:99 = behind db: 10.99.0.7:99");
      expect(lines).toContain("[fd00:99::7]:99 = behind db: [fd00:99::7]:99");
      for (const host of ["outside.corp.test", "10.77.0.1"]) {
        expect(lines).toContain(`${host}:${directPort} = straight out`);
      }
      expect(text).toMatch(/^gone\.tail\.test:1 = .*no node of the tailnet is called gone\.tail\.test/m);
      expect(text).toMatch(/^gone\.corp\.test:1 = .*gone\.corp\.test does not exist/m);
      expect(text).toMatch(/^empty\.corp\.test:1 = .*empty\.corp\.test has no address/m);
    });

    test("the tailnet's name server is asked once for what it said a moment ago", async () => {
      await world().tailnet.records([{ name: "mysql.corp.test", type: "A", value: "10.99.0.10", ttl: 60 }]);
      await talk(
        build,
        Array.from({ length: 5 }, () => "mysql.corp.test:3306"),
      );
      expect(await world().tailnet.questions()).toEqual({ "A mysql.corp.test.": 1, "AAAA mysql.corp.test.": 1 });
    });

    test("--accept-dns=false and --accept-routes=false are heeded, and said", async () => {
      const text = await talk(build, ["db:5432", "mysql.corp.test:3306"], {
        TS_EXTRA_ARGS: "--accept-dns=false --accept-routes=false",
      });
      expect(text).toContain("db:5432 = hello");
      expect(text).not.toContain("behind db");
      expect(text).toMatch(/^spacetail: --accept-dns=false: names of nodes work, but /m);
    });

    test("a run whose own NO_PROXY covers the tailnet is told so", async () => {
      const text = await talk(build, ["db:5432"], { NO_PROXY: "localhost,100.64.0.0/10,.tail.test,10.0.0.0/8" });
      expect(text).toContain("db:5432 = hello");
      expect(text).toContain(
        "spacetail: NO_PROXY of this run has 100.64.0.0/10, .tail.test: programs do not use the tunnel for 4 of 4 peers. " +
          "Remove those entries from the run's environment.\n",
      );
    });

    test("what is not the tailnet's goes through the proxy that the run had", async () => {
      const proxy = await startHttpProxy({ names: { "outside.test": "127.0.0.1", "direct.test": "127.0.0.1" } });
      try {
        const environment = { HTTPS_PROXY: `http://localhost:${proxy.port}`, NO_PROXY: "10.77.0.0/24" };
        const targets = ["db:5432", "mysql.corp.test:3306", `outside.test:${directPort}`, `10.77.0.1:${directPort}`];
        const lines = (await talk(build, targets, environment)).split("\n");
        expect(lines).toContain("db:5432 = hello");
        expect(lines).toContain(`outside.test:${directPort} = straight out`);
        expect(lines).toContain(`10.77.0.1:${directPort} = straight out`);
        expect(proxy.log.filter((line) => line.includes("corp.test:3306") || line.includes("5432"))).toEqual([]);
        expect(proxy.log).toContain(`CONNECT outside.test:${directPort} 200`);
        expect(proxy.log.join("\n")).not.toContain("10.77.0.1");
      } finally {
        await proxy.close();
      }
    });

    test("an exit node gets everything but loopback, NO_PROXY and metadata services", async () => {
      await world().tailnet.network({ routes: { db: ["0.0.0.0/0", "::/0"] } });
      const text = await talk(
        build,
        [
          "203.0.113.9:80",
          "[2001:db8::9]:80",
          "db:5432",
          ...HERE.map((host) => `${host}:${directPort}`),
          `10.77.0.1:${directPort}`,
        ],
        { TS_EXTRA_ARGS: "--exit-node=db", NO_PROXY: "10.77.0.0/24" },
      );
      const lines = text.split("\n");
      expect(lines).toContain("203.0.113.9:80 = behind db: 203.0.113.9:80");
      expect(lines).toContain("[2001:db8::9]:80 = behind db: [2001:db8::9]:80");
      expect(lines).toContain("db:5432 = hello");
      for (const host of HERE) expect(lines).toContain(`${host}:${directPort} = straight out`);
      expect(lines).toContain(`10.77.0.1:${directPort} = straight out`);
    });
  });
});

/** Ways to write this machine. */
const HERE = ["127.0.0.1", "LOCALHOST.", "app.localhost", "0.0.0.0", "127.1", "2130706433"];

/** Addresses of metadata services that this test gives the machine, if it may. */
const METADATA = ["169.254.169.254", "100.100.100.200", "168.63.129.16", "169.254.170.2", "fd00:ec2::254"];

/** Other ways to write the first of them, which only some programs read. */
const WRITTEN = ["2852039166", "0xa9fea9fe", "0251.0376.0251.0376"];

/** Why they cannot be had here, or null. Only a sandbox, whose network is its own, lets a test add addresses. */
function addressProblem(): string | null {
  for (const address of METADATA) {
    const prefix = address.includes(":") ? "128" : "32";
    const added = spawnSync("ip", ["address", "replace", `${address}/${prefix}`, "dev", "lo", "nodad"], {
      encoding: "utf8",
    });
    if (added.status !== 0) return added.error?.message ?? added.stderr.trim();
  }
  return null;
}

describeInContainers("metadata services", () => {
  const world = useWorld();
  const reason = addressProblem();
  if (reason !== null) console.warn(`skipped: metadata services: ${reason}`);
  const servers: HttpServer[] = [];
  let proxy: TestProxy;
  beforeAll(async () => {
    if (reason !== null) return;
    proxy = await startHttpProxy({ names: {} });
    for (const address of METADATA) {
      // It says what headers it saw, as Google's service judges requests by them.
      const server = createHttpServer((message, reply) => {
        reply.end(`${address} saw ${Object.keys(message.headers).sort().join(" ")}\n`);
      });
      await new Promise<void>((resolve) => server.listen(80, address, resolve));
      servers.push(server);
    }
    await world().tailnet.network({ routes: { db: ["0.0.0.0/0", "::/0"] } });
  });
  afterAll(async () => {
    for (const server of servers) server.close();
    await proxy?.close();
  });

  describe.each(BUILDS)("%s", (build) => {
    (reason === null ? test : test.skip)("go through nothing and see no added header", async () => {
      const through = `http://localhost:${proxy.port}`;
      const stage = await Stage.open(build, {
        ...(await accessTo(world().tailnet)),
        TS_EXTRA_ARGS: "--exit-node=db",
        HTTP_PROXY: through,
        HTTPS_PROXY: through,
      });
      try {
        const gets = METADATA.concat(WRITTEN).map((address) => {
          const host = address.includes(":") ? `[${address}]` : address;
          return `node -e 'require("http").get({port: 8080, path: "http://${host}/", headers: {host: "${host}"}, agent: false}, (r) => r.pipe(process.stdout))'`;
        });
        const output = await stage.run(
          `spacetail up && ${gets.join(" && ")} && spacetail env NO_PROXY && spacetail down`,
        );
        expect(output.code).toBe(0);
        for (const address of METADATA)
          expect(output.text).toMatch(new RegExp(`^${address} saw (connection )?host$`, "m"));
        expect(output.text.match(/^169\.254\.169\.254 saw/gm)).toHaveLength(1 + WRITTEN.length);
        expect(output.text).toMatch(/^localhost,.*169\.254\.169\.254.*,metadata\.google\.internal/m);
        expect(proxy.log.filter((line) => METADATA.some((address) => line.includes(address)))).toEqual([]);
      } finally {
        await stage.close();
      }
    });
  });
});
