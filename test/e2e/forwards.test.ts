// SPDX-License-Identifier: Apache-2.0
import { BUILDS } from "../world/images.js";
import { accessTo, describeInContainers, PATIENT, RAW, Stage, useWorld } from "./stage.js";

describeInContainers("where the front listens", () => {
  const world = useWorld();

  describe.each(BUILDS)("%s", (build) => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await Stage.open(build, { ...(await accessTo(world().tailnet)), ...PATIENT });
    });
    afterEach(async () => {
      expect(await stage.run("spacetail down")).toMatchObject({ code: 0 });
      expect(await stage.leftovers()).toEqual([]);
    });
    afterAll(async () => {
      await stage?.close();
    });

    test("forwards lead to their services as soon as `up` has returned", async () => {
      const line = `spacetail up --watch none 2>/dev/null && curl -sS http://127.0.0.1:18000/hello && printf hi | ${RAW} 15432`;
      const output = await stage.run(line, { TS_FORWARDS: "15432:db:5432, 18000:state.tail.test:80" });
      expect(output).toMatchObject({ code: 0, text: "hello from the tailnet\nhi" });
    });

    test("a second `up` adds its forwards to the tunnel", async () => {
      const first = await stage.run("spacetail up --watch none", { TS_FORWARDS: "18000:state:80" });
      expect(first.code).toBe(0);
      const line = `spacetail up --watch none 2>/dev/null && printf hi | ${RAW} 15432; curl -sS http://127.0.0.1:18000/hello`;
      const second = await stage.run(line, { TS_FORWARDS: "18000:state:80,15432:db:5432" });
      expect(second.text).toBe("hihello from the tailnet\n");
      const other = await stage.run("spacetail up --watch none", { TS_FORWARDS: "18000:db:5432" });
      expect(other).toMatchObject({
        code: 1,
        text: "spacetail: The tunnel is already up and forwards port 18000 to state:80; db:5432 was requested. Choose another port.\n",
      });
    });

    test("a port that another program has is refused by name", async () => {
      const server = "require('net').createServer().listen(15432, '127.0.0.1', () => console.log('listens'))";
      await stage.run(
        `node -e "${server}" > listens 2>&1 & echo $! > /tmp/server; until [ -s listens ]; do sleep 0.05; done`,
      );
      const environment = { TS_FORWARDS: "15432:db:5432" };
      const line =
        "Another program already listens on 127.0.0.1:15432. Stop it, or choose another address with TS_FORWARDS.";
      expect((await stage.run("spacetail up --watch none", environment)).text).toContain(line);
      expect((await stage.run("spacetail up --watch none")).code).toBe(0);
      for (let i = 0; i < 2; i += 1) {
        expect((await stage.run("spacetail up --watch none", environment)).text).toBe(
          "spacetail: Cannot listen on 127.0.0.1:15432. Stop the program that does, or choose another port with TS_FORWARDS.\n",
        );
      }
      await stage.run("kill $(cat /tmp/server)");
      const open = "bash -c ': </dev/tcp/127.0.0.1/15432' 2>/dev/null";
      await stage.run(`while ${open}; do sleep 0.05; done`);
      const again = await stage.run(`spacetail up --watch none 2>/dev/null && printf hi | ${RAW} 15432`, environment);
      expect(again).toMatchObject({ code: 0, text: "hi" });
    });

    test("a service that cannot be reached ends the connection, and the log says why", async () => {
      await stage.run("spacetail up --watch none", { TS_FORWARDS: "15433:db:9" });
      const output = await stage.run(`printf hi | ${RAW} 15433; cat /tmp/spacetail-*/supervisor.log`);
      expect(output.text).toContain("Cannot reach db:9: db.tail.test refused the connection.");
    });

    test("flags of tailscaled move the proxies", async () => {
      const output = await stage.run(
        "spacetail up --watch none 2>/dev/null && curl -sS -x socks5h://localhost:1085 http://state/hello && curl -sS -x http://localhost:8085 http://state/hello; curl -sS -x http://localhost:8080 http://state/hello 2>&1 | grep -c refused",
        { TS_TAILSCALED_EXTRA_ARGS: "--socks5-server=localhost:1085 --outbound-http-proxy-listen localhost:8085" },
      );
      expect(output.text).toContain("hello from the tailnet\nhello from the tailnet\n");
    });

    test.each([
      ["SOCKS5", { TS_SOCKS5_SERVER: "0.0.0.0:9999" }],
      ["HTTP", { TS_TAILSCALED_EXTRA_ARGS: "--outbound-http-proxy-listen=0.0.0.0:9999" }],
    ])("the %s proxy must listen on loopback unless others are allowed to use it", async (name, environment) => {
      expect(await stage.run("spacetail up --watch none", environment)).toMatchObject({
        code: 1,
        text: `spacetail: The ${name} proxy must listen on a loopback address, but "0.0.0.0:9999" was given: anyone who could connect to it would be on the tailnet. Set TS_ALLOW_REMOTE_CLIENTS=true if that is wanted.\n`,
      });
      const line = "spacetail up --watch none 2>/dev/null && curl -sS -x http://127.0.0.2:9999 http://state/hello";
      const output = await stage.run(line, { ...environment, TS_ALLOW_REMOTE_CLIENTS: "true" });
      expect(output).toMatchObject({ code: 0, text: "hello from the tailnet\n" });
    });

    test("UDP goes through tailscaled's own SOCKS5 proxy", async () => {
      const [address = ""] = world().tailnet.info.peers.find((peer) => peer.name === "db")?.addresses ?? [];
      const output = await stage.run(`spacetail up --watch none 2>/dev/null && node -e '${ASK}' ${address}`);
      expect(output).toMatchObject({ code: 0, text: "answered\n" });
    });
  });
});

/** Asks the name server of a node about a name, in a datagram through SOCKS5. */
const ASK = `
  const { connect } = require("net");
  const octets = process.argv[1].split(".").map(Number);
  const query = Buffer.concat([
    Buffer.from([0, 0, 0, 1, ...octets, 0, 53]),
    Buffer.from([7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 120, 0, 0, 1, 0, 1]),
  ]);
  const control = connect(1080, "127.0.0.1", () => control.write(Buffer.from([5, 1, 0])));
  let stage = 0;
  control.on("data", (data) => {
    stage += 1;
    if (stage === 1) control.write(Buffer.from([5, 3, 0, 1, 0, 0, 0, 0, 0, 0]));
    if (stage !== 2) return;
    if (data[1] !== 0) throw new Error("reply " + data[1]);
    const socket = require("dgram").createSocket("udp4");
    socket.on("message", (answer) => {
      if (answer[10] === 7 && answer[11] === 7) console.log("answered");
      process.exit();
    });
    setInterval(() => socket.send(query, data.readUInt16BE(8), "127.0.0.1"), 500);
  });`.replaceAll("\n", " ");
