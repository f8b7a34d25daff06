// SPDX-License-Identifier: Apache-2.0
// Programs as they are, without a proxy variable: what `spacetail run` captures reaches the tailnet.
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { ROOT } from "../world/world.js";
import { compile } from "./capture/compile.js";
import { accessTo, describeInContainers, nodesLeft, PATIENT, REACH, Stage, useWorld } from "./stage.js";

const CLIENTS = join(ROOT, ".cache/world/clients");
const HELLO = "hello from the tailnet\n";
const URL_ = "http://state/hello";

const NODE = `node -e 'require("http").get("${URL_}", (r) => r.pipe(process.stdout))'`;

const SOCKET = `python3 -c '
import socket
s = socket.create_connection(("db.tail.test", 5432)); s.sendall(b"ping\\n"); print(s.recv(5).decode(), end="")'`;

const ASYNCIO = `python3 -c '
import asyncio
async def main():
    reader, writer = await asyncio.open_connection("db", 5432)
    writer.write(b"ping\\n"); print((await reader.readline()).decode(), end="")
asyncio.run(main())'`;

/** Both kinds of Java's sockets; a selector knows the channel before it is connected. */
const JAVA = `
import java.net.*; import java.nio.*; import java.nio.channels.*;
public class Main { public static void main(String[] a) throws Exception {
  try (var s = new Socket("db", 5432)) { s.getOutputStream().write("ping\\n".getBytes()); System.out.print(new String(s.getInputStream().readNBytes(5))); }
  var selector = Selector.open(); var c = SocketChannel.open(); c.configureBlocking(false);
  var key = c.register(selector, SelectionKey.OP_CONNECT); c.connect(new InetSocketAddress("db", 5432));
  selector.select(); c.finishConnect(); key.interestOps(SelectionKey.OP_READ); c.write(ByteBuffer.wrap("pong\\n".getBytes()));
  selector.select(); var b = ByteBuffer.allocate(5); c.read(b); System.out.print(new String(b.array()));
} }`;

const NO_HOST_KEYS = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR";

/** Asks the name server by TCP what is no question, and prints what comes: the end. */
const NONSENSE = `
import socket
server = open("/etc/resolv.conf").readline().split()[1]
s = socket.create_connection((server, 53), 60); s.sendall(b"\\0\\x0c" + b"\\0" * 12); print(s.recv(100))`;

/** Waits for a connection with an alarm, after joining as many groups as the second word says. */
const ALARM = `
import os, signal, socket, sys
def stop(*_): raise InterruptedError
signal.signal(signal.SIGALRM, stop)
if sys.argv[2] != "0": os.setgroups(range(100000, 100000 + int(sys.argv[2])))
s = socket.socket(); signal.setitimer(signal.ITIMER_REAL, 0.3)
try: s.connect((sys.argv[1], 29999)); print("connected")
except InterruptedError: print("interrupted")`;

/** Makes many connections and prints how they end: well, or with EMFILE; closes them, and makes one more. */
const MANY = `
import errno, socket, sys, time
def connect():
    s = socket.socket(); s.settimeout(60)
    return s, s.connect_ex((sys.argv[1], 5432))
many = [connect() for _ in range(100)]
print(sorted({result for _, result in many}))
for s, _ in many: s.close()
end = time.time() + 60
while True:
    result = connect()[1]
    if result != errno.EMFILE or time.time() > end: break
    time.sleep(0.1)
print("later", result)`;

/** A client, a line that it must be able to do, what it prints, and what must be there for it. */
const PROGRAMS: readonly (readonly [name: string, line: string, output: string | RegExp, needs: string])[] = [
  ["static Go", `${CLIENTS}/fetch ${URL_}`, HELLO, `${CLIENTS}/fetch`],
  [
    "Go's drivers of databases",
    `${CLIENTS}/databases`,
    "lib/pq: <nil>\npgx: <nil>\nmysql: <nil>\ngo-redis: <nil>\nldap: <nil>\n",
    `${CLIENTS}/databases`,
  ],
  ["curl", `curl -sS ${URL_}`, HELLO, "/usr/bin/curl"],
  ["curl with a full name", "curl -sS http://state.tail.test/hello", HELLO, "/usr/bin/curl"],
  ["curl by IPv6", "curl -6 -sS http://state/hello", HELLO, "/usr/bin/curl"],
  ["wget", `wget -q -O - ${URL_}`, HELLO, "/usr/bin/wget"],
  ["BusyBox", `busybox wget -q -O - ${URL_}`, HELLO, "/usr/bin/busybox"],
  ["Node", NODE, HELLO, "/usr/bin/node"],
  ["Python's sockets", SOCKET, "ping\n", "/usr/bin/python3"],
  ["Python's asyncio", ASYNCIO, "ping\n", "/usr/bin/python3"],
  ["bash", `bash -c 'exec 3<>/dev/tcp/db/5432; echo ping >&3; head -n 1 <&3'`, "ping\n", "/bin/bash"],
  ["Java", "java Main.java", "ping\npong\n", "/usr/bin/java"],
  ["psql", "psql -h db -U me -d x -c 'select 1' 2>&1; true", /invalid response to SSL negotiation/, "/usr/bin/psql"],
  ["redis-cli", "redis-cli -h db ping", "PONG\n", "/usr/bin/redis-cli"],
  [
    "the client of MariaDB",
    "mariadb --skip-ssl -h db -u app -psecret -e 'do 1' && echo done",
    "done\n",
    "/usr/bin/mariadb",
  ],
  [
    "git over ssh",
    `GIT_SSH_COMMAND="ssh ${NO_HOST_KEYS}" git clone --quiet ssh://git@db/hello.git cloned && cat cloned/README`,
    /hello/,
    "/usr/bin/ssh",
  ],
  [
    "split DNS, behind a subnet router",
    "bash -c 'head -n 1 </dev/tcp/mysql.corp.test/3306'",
    /^behind db: 10\.99\.0\.10:3306\n$/,
    "/bin/bash",
  ],
  [
    "an address behind a subnet router",
    "bash -c 'head -n 1 </dev/tcp/10.99.0.7/99'",
    /^behind db: 10\.99\.0\.7:99\n$/,
    "/bin/bash",
  ],
];

describeInContainers("spacetail run --capture", () => {
  const world = useWorld();
  let access: object;
  let direct: Server;
  beforeAll(async () => {
    const { tailnet } = world();
    access = { ...(await accessTo(tailnet)), ...PATIENT, TS_EXTRA_ARGS: "--accept-routes" };
    const db = tailnet.info.peers.find((peer) => peer.name === "db")?.addresses[0] ?? "";
    await tailnet.records([{ name: "mysql.corp.test", type: "A", value: "10.99.0.10", ttl: 60 }]);
    await tailnet.network({ dns: { Routes: { "corp.test": [{ Addr: db }] } }, routes: { db: ["10.99.0.0/24"] } });
    direct = createServer((_, response) => response.end("straight out\n"));
    await new Promise<void>((resolve) => direct.listen(0, "0.0.0.0", resolve));
  });
  afterAll(() => direct.close());

  const outside = (): string => `http://10.77.0.1:${(direct.address() as AddressInfo).port}/`;

  describe("with the native build, on a tunnel that is up", () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await Stage.open("native", access);
      writeFileSync(join(stage.workspace, "Main.java"), JAVA);
      const up = await stage.run("spacetail up --watch none");
      if (up.code !== 0) throw new Error(up.text);
    });
    afterAll(async () => {
      await stage?.run("spacetail down");
      await stage?.close();
    });

    const captured = (line: string) => stage.run(`spacetail run --capture=on -- sh -c "$LINE" 2>&1`, { LINE: line });
    const inside = async (line: string): Promise<string> => {
      const output = await captured(line);
      const said = "already on the tailnet";
      return output.text
        .split("\n")
        .filter((text) => !text.includes(said))
        .join("\n");
    };

    for (const [name, line, expected, needs] of PROGRAMS) {
      const isThere = existsSync(needs);
      if (!isThere) console.warn(`skipped: ${name}: there is no ${needs}`);
      (isThere ? test : test.skip)(`${name} reaches the tailnet`, async () => {
        const text = await inside(line);
        if (typeof expected === "string") expect(text).toBe(expected);
        else expect(text).toMatch(expected);
      });
    }

    test("the program gets no proxy variable, and its connections elsewhere go straight out", async () => {
      expect(await inside(`env | grep -ci '^[a-z_]*_proxy='; curl -sS ${outside()}`)).toBe("0\nstraight out\n");
    });

    test("names of others are looked up as before", async () => {
      expect(await inside("getent hosts localhost | head -n 1; getent hosts nowhere.invalid; echo $?")).toMatch(
        /localhost\n2\n$/,
      );
    });

    test("exit statuses and signals are as without", async () => {
      const line = (command: string) => `spacetail run --capture=on -- sh -c '${command}' 2>/dev/null; echo $?`;
      expect((await stage.run(line("exit 7"))).text).toBe("7\n");
      expect((await stage.run(line("kill -TERM $$"))).text).toBe("143\n");
      expect((await stage.run("spacetail run --capture=on -- ./nothing 2>/dev/null; echo $?")).text).toBe("127\n");
      expect((await stage.run("spacetail run --capture=on -- /etc/hostname 2>/dev/null; echo $?")).text).toBe("126\n");
    });

    test("a daemon of the program does not hold the phase, and stays captured", async () => {
      const daemon = `(sleep 1; ${CLIENTS}/fetch ${URL_} >fetched; touch over) >/dev/null 2>&1 &`;
      const output = await stage.run(`spacetail run --capture=on -- sh -c "$LINE" 2>&1 | cat; ls over`, {
        LINE: daemon,
      });
      expect(output.text).toContain("cannot access");
      expect((await stage.run("until [ -e over ]; do sleep 0.05; done; cat fetched")).text).toBe(HELLO);
      expect(await stage.leftovers(/^spacetail capture/)).toEqual([]);
    });

    test("nor does the process that captures hold what the daemon has let go of", async () => {
      // GIVEN a shell with pipes on its output and on descriptor 7
      const daemon = "(exec >/dev/null 2>&1 7>&-; until [ -e let-go ]; do sleep 0.05; done) &";
      const command = stage.container.start({
        argv: ["sh", "-c", `exec spacetail run --capture=on -- sh -c "$LINE"`],
        environment: { ...stage.variables, LINE: daemon },
        directory: "/mnt/workspace",
        pipes: [[1, 2], [7]],
      });
      // WHEN it ends while the daemon stays
      await command.exited;
      await stage.find(/^spacetail capture/);
      // THEN all of them reach their end
      await command.ended;
      await stage.run("touch let-go");
    });

    test("if the process that captures is killed, the program is too, and nothing hangs", async () => {
      const { output } = stage.start("spacetail run --capture=on -- sh -c 'touch begun; exec sleep 1000'; echo $?");
      await stage.run("until [ -e begun ]; do sleep 0.05; done");
      const { pid } = await stage.find(/^spacetail capture/);
      await stage.run(`kill -KILL ${pid}`);
      expect((await output).text).toMatch(/The process that captures connections ended unexpectedly\.\n125\n$/);
      expect(await stage.leftovers(/^sleep 1000/)).toEqual([]);
    });

    test("what a program has sent before it ends arrives", async () => {
      const send = `python3 -c '
import socket
s = socket.create_connection(("state", 8002)); s.sendall(b"x" * 20000000); s.shutdown(1); print(s.recv(100).decode().strip())'`;
      expect(await inside(send)).toContain("20000000");
    });

    test("a signal interrupts a connect that waits, whatever groups the program is in", async () => {
      writeFileSync(join(stage.workspace, "alarm.py"), ALARM);
      const { addresses } = world().tailnet.info.peers.find(({ name }) => name === "db") ?? { addresses: [] };
      const waits = (count: number) => inside(`python3 alarm.py ${addresses[0]} ${count} 2>&1`);
      expect(await waits(0)).toBe("interrupted\n");
      // Only root may be in more.
      expect(await waits(600)).toMatch(/^interrupted\n$|Operation not permitted/);
    });

    test("connections that are too many fail, and do not go elsewhere", async () => {
      writeFileSync(join(stage.workspace, "many.py"), MANY);
      const { addresses } = world().tailnet.info.peers.find(({ name }) => name === "db") ?? { addresses: [] };
      const line = `ulimit -n 128; spacetail run --capture=on -- python3 many.py ${addresses[0]} 2>/dev/null`;
      expect((await stage.run(line)).text).toBe("[0, 24]\nlater 0\n");
    });

    test("a program inside of a captured one is captured by the same", async () => {
      expect(await inside(`spacetail run --capture=on -- curl -sS ${URL_} 2>/dev/null`)).toBe(HELLO);
    });
  });

  describe.each([
    ["can be used", "0", "on"],
    ["cannot be used", "1024", "on, without split DNS for musl programs (port 53 cannot be used)"],
  ])("where port 53 %s", (_, first, report) => {
    /** A setting of the sandbox's own network; elsewhere it is the machine's, and left alone. */
    const SETTING = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
    const here = readFileSync("/proc/net/dev", "utf8").includes("world0:") ? test : test.skip;
    if (here === test.skip) console.warn(`skipped: where port 53: ${SETTING} is the machine's`);

    here("programs with musl find nodes, and names of split DNS if that is possible", async () => {
      writeFileSync(SETTING, first);
      const stage = await Stage.open("native", access);
      try {
        copyFileSync(compile("resolve"), join(stage.workspace, "resolve"));
        const up = await stage.run("spacetail up --watch none", { TS_CAPTURE: "true" });
        expect(up.text).toContain(`spacetail: capture: ${report}\n`);
        const names = "db db.tail.test mysql.corp.test nowhere.tail.test";
        const found = await stage.run(`spacetail run --capture=on -- ./resolve ${names} 2>/dev/null`);
        const { addresses } = world().tailnet.info.peers.find(({ name }) => name === "db") ?? { addresses: [] };
        const behind = first === "0" ? "10.99.0.10" : "none";
        expect(found.text).toBe(`${addresses[0]}\n${addresses[0]}\n${behind}\nnone\n`);
        if (first === "0") {
          const asked = await stage.run(`spacetail run --capture=on -- python3 -c "$LINE" 2>/dev/null`, {
            LINE: NONSENSE,
          });
          expect(asked.text).toBe("b''\n");
        }
        await stage.run("spacetail down");
        expect(await stage.leftovers()).toEqual([]);
      } finally {
        await stage.close();
        writeFileSync(SETTING, "1024");
      }
    });
  });

  test("without a tunnel it starts one, and takes it down", async () => {
    const stage = await Stage.open("native", access);
    try {
      const output = await stage.run(`spacetail run -- curl -sS ${URL_}; spacetail status`);
      expect(output.text).toMatch(/on the tailnet as [\s\S]*hello from the tailnet[\s\S]*off the tailnet/);
      expect(await stage.leftovers()).toEqual([]);
      expect(await nodesLeft(world().tailnet)).toEqual([]);
    } finally {
      await stage.close();
    }
  });

  test("what a program has sent before it ends arrives before the tunnel goes down, even if nobody waits for it", async () => {
    const stage = await Stage.open("native", access);
    try {
      const size = 20_000_000;
      const head = `POST /state/sent HTTP/1.1\\r\\nHost: state\\r\\nContent-Length: ${size}\\r\\n\\r\\n`;
      const send = `import socket; socket.create_connection(("state", 80)).sendall(b"${head}" + b"x" * ${size})`;
      writeFileSync(join(stage.workspace, "send.py"), send);
      const line = "spacetail run --capture=on -- python3 send.py; spacetail run -- curl -sS http://state/state/sent";
      const output = await stage.run(`(${line}) 2>/dev/null | wc -c`);
      expect(output.text.trim()).toBe(`${size}`);
    } finally {
      await stage.close();
    }
  });

  test("after `down`, connections to the tailnet are refused", async () => {
    const stage = await Stage.open("native", access);
    try {
      const line = `spacetail up --watch none && spacetail run -- sh -c 'spacetail down; curl -sS ${URL_}' 2>&1`;
      expect((await stage.run(line)).text).toMatch(/Could ?n.t (connect|resolve host)|refused/);
      const later = `spacetail up --watch none && spacetail run -- sh -c 'spacetail down; exec 3<>/dev/tcp/100.64.0.1/80'`;
      expect((await stage.run(later.replace("sh -c", "bash -c"))).text).toContain(
        "spacetail: The tunnel is down, so connections to the tailnet are refused.",
      );
    } finally {
      await stage.close();
    }
  });

  test("the build for Node says that it cannot, and gives the program proxy variables", async () => {
    const stage = await Stage.open("node", access);
    try {
      const output = await stage.run(`spacetail run -- sh -c '${REACH.replaceAll("'", `'\\''`)}'`);
      expect(output.text).toMatch(/capture: off \(it needs the native executable[\s\S]*hello from the tailnet/);
      const forced = await stage.run("spacetail run --capture=on -- true");
      expect(forced).toMatchObject({ code: 125, text: expect.stringContaining("Connections cannot be captured: ") });
      expect(await stage.leftovers()).toEqual([]);
    } finally {
      await stage.close();
    }
  });
});
