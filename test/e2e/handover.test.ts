// SPDX-License-Identifier: Apache-2.0
// Clients that tailscaled serves without the supervisor in between: on the native build, which can send it their
// sockets. On the other, the supervisor carries their bytes.
import { BUILDS } from "../world/images.js";
import { accessTo, describeInContainers, PATIENT, Stage, useWorld } from "./stage.js";

/** `open(way, port of the peer "state")` connects by CONNECT, SOCKS5 or the forward. */
const OPEN = `
  const net = require("net");
  const open = (way, port) => new Promise((resolve, reject) => {
    const socket = net.connect({ port: way === "forward" ? 18000 : 8080, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("error", reject);
    if (way === "forward") return socket.once("connect", () => resolve(socket));
    const socks = Buffer.from([5, 1, 0, 5, 1, 0, 3, 5, ...Buffer.from("state"), port >> 8, port & 255]);
    socket.write(way === "SOCKS5" ? socks : \`CONNECT state:\${port} HTTP/1.1\\r\\n\\r\\n\`);
    let got = Buffer.alloc(0);
    const read = (bytes) => {
      got = Buffer.concat([got, bytes]);
      const length = way === "SOCKS5" ? 12 : got.indexOf("\\r\\n\\r\\n") + 4;
      if (got.length < length || length === 3) return;
      socket.off("data", read);
      socket.pause();
      if (got.length > length) socket.unshift(got.subarray(length));
      resolve(socket);
    };
    socket.on("data", read);
  });`;

/** Sends 300 KB by each way 40 times at once, half of them with the request, and reads them back to the end. */
const ECHO = `${OPEN}
  const { randomBytes } = require("crypto");
  const head = "GET /upgrade HTTP/1.1\\r\\nHost: state\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\n";
  const echo = async (way) => {
    const sent = randomBytes(300000);
    const socket = await open(way, 8000);
    socket.write(head);
    socket.end(sent);
    const got = [];
    for await (const chunk of socket) got.push(chunk);
    const all = Buffer.concat(got);
    return all.subarray(all.indexOf("\\r\\n\\r\\n") + 4).equals(sent);
  };
  const ways = Array.from({ length: 120 }, (_, i) => ["CONNECT", "SOCKS5", "forward"][i % 3]);
  Promise.all(ways.map(echo)).then((same) => console.log(same.filter((one) => one).length));`;

/** Reads an answer, and prints `end` or the code of the error that ends it. Makes a file when the answer begins. */
const read = (request: string, bodySize = 0): string => `${OPEN}
  open("CONNECT", 8000).then((socket) => {
    socket.write("${request}\\r\\n\\r\\n" + "x".repeat(${bodySize}));
    socket.removeAllListeners("error");
    socket.once("data", () => require("fs").writeFileSync("/tmp/begun", ""));
    socket.resume();
    const finish = (how) => {
      console.log(how);
      process.exit();
    };
    socket.on("end", () => finish("end"));
    socket.on("error", (error) => finish(error.code));
  });`;

/** Sends until nobody takes anything more, and reads nothing. */
const STUCK = `${OPEN}
  open("CONNECT", 8000).then((socket) => {
    socket.write("GET /upgrade HTTP/1.1\\r\\nHost: state\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\n");
    let isIdle = false;
    setInterval(() => {
      if (isIdle) require("fs").writeFileSync("/tmp/stuck", "");
      isIdle = true;
    }, 1000);
    const send = () => socket.write(Buffer.alloc(1000000), () => {
      isIdle = false;
      send();
    });
    send();
  });`;

/** A line of shell that waits until a condition holds. */
const within10s = (condition: string): string =>
  `{ i=0; until ${condition}; do i=$((i + 1)); [ $i -lt 100 ] || exit 1; sleep 0.1; done; }`;

const oneLine = (script: string): string => `node -e '${script.replaceAll("\n", " ")}'`;

describeInContainers("clients of the tunnel", () => {
  const world = useWorld();

  describe.each(BUILDS)("%s", (build) => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await Stage.open(build, { ...(await accessTo(world().tailnet)), ...PATIENT });
      const up = await stage.run("spacetail up --watch none", { TS_FORWARDS: "18000:state:8000" });
      if (up.code !== 0) throw new Error(up.text);
    });
    afterEach(async () => {
      await stage.run("spacetail down");
      expect(await stage.leftovers()).toEqual([]);
      await stage.close();
    });

    test("get every byte back, and the end, by each way", async () => {
      expect(await stage.run(oneLine(ECHO))).toMatchObject({ code: 0, text: "120\n" });
    });

    test("take one descriptor of the supervisor each if tailscaled has got them, and two if not", async () => {
      const { pid } = await stage.find(/supervise$/);
      const sockets = `ls -l /proc/${pid}/fd | grep -c socket:`;
      const expected = build === "native" ? 30 : 60;
      const script = `${OPEN}
        const { execSync } = require("child_process");
        const count = () => Number(execSync("${sockets}"));
        (async () => {
          const before = count();
          for (let i = 0; i < 10; i++) for (const way of ["CONNECT", "SOCKS5", "forward"]) await open(way, 8000);
          for (let i = 0; i < 100 && count() - before !== ${expected}; i++) await new Promise((then) => setTimeout(then, 100));
          console.log(count() - before);
          process.exit();
        })();`;
      expect(await stage.run(oneLine(script))).toMatchObject({ code: 0, text: `${expected}\n` });
      expect(await stage.run(within10s(`[ $(${sockets}) -lt 20 ]`))).toMatchObject({ code: 0 });
    });

    test("leave nothing when they are killed while the service waits for them to read", async () => {
      const daemon = await stage.find(/^\S*tailscaled --tun/);
      const sockets = `ls -l /proc/${daemon.pid}/fd | grep -c socket:`;
      const before = Number((await stage.run(sockets)).text);
      const client = oneLine(STUCK);
      const begun = "[ -e /tmp/stuck ]";
      const output = await stage.run(
        `${client} & ${within10s(begun)} && kill -KILL $! && ${within10s(`[ $(${sockets}) -le ${before} ]`)}`,
      );
      expect(output).toMatchObject({ code: 0 });
    });

    // The other build gets its bytes through unix sockets, which have no resets.
    if (build !== "native") return;

    test.each([
      ["tailscaled is killed", (pid: number) => `kill -KILL ${pid}`],
      ["the tunnel goes down", () => "spacetail down"],
    ])("do not take a stream for complete that is cut because %s", async (_, cut) => {
      const { pid } = await stage.find(/^\S*tailscaled --tun/);
      const drip = oneLine(read("GET /drip HTTP/1.0"));
      const output = await stage.run(
        `${drip} & ${within10s("[ -e /tmp/begun ]")}; ${cut(pid)} >/dev/null 2>&1; wait $!`,
      );
      expect(output).toMatchObject({ code: 0, text: "ECONNRESET\n" });
    });

    // Of the larger upload something is still on its way when the service cuts it.
    test.each([100_000, 2_500_000])(
      "do not take a stream for complete that the service cuts: %i bytes",
      async (size) => {
        const cut = read(`POST /cut HTTP/1.0\\r\\nContent-Length: ${size}`, size);
        expect(await stage.run(oneLine(cut))).toMatchObject({ code: 0, text: "ECONNRESET\n" });
        expect(await stage.run(oneLine(read("GET /empty HTTP/1.0")))).toMatchObject({ code: 0, text: "end\n" });
      },
    );

    test.each(["0s", "20ms", "50ms"])("take an answer for complete whose service closes %s later", async (delay) => {
      const finish = oneLine(read(`POST /finish?delay=${delay} HTTP/1.0\\r\\nContent-Length: 2500000`, 2_500_000));
      const several = `for i in 1 2 3 4 5 6 7 8; do ${finish}; done | sort | uniq -c`;
      expect((await stage.run(several)).text.trim()).toBe("8 end");
    });
  });
});
