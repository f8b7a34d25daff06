// SPDX-License-Identifier: Apache-2.0
// npm run bench:proxy -- [--json] [--rounds N] [--build native|node] [--megabytes N] [--connections N]
//                        [--minutes N]
//
// What the tunnel's proxies add to tailscaled's own on the same link, as ratios of ours to its: throughput through
// CONNECT with 1 and with 100 connections, and small plain requests per second on connections that are kept alive. Both
// are measured in turns against the same peer; the figures are those of the medians. Then as many connections as wished
// are opened and left idle, and the supervisor's memory is read. With --minutes, load of all three kinds comes before
// that for so long, and `loadKb` has the supervisor's memory after each minute of it.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { BUILDS, type Build, imageFolder } from "../test/world/images.js";
import { Tailnet, tailnetProgram } from "../test/world/tailnet.js";
import { ROOT } from "../test/world/world.js";
import { finish, median, residentKb, supervisorPid } from "./parts.js";

const OURS = 18080;
const THEIRS = 18081;
const TAG = "tag:spacelift";

/** How many small requests a measurement makes, on how many connections. */
const REQUESTS = 4000;
const KEPT_ALIVE = 8;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      rounds: { type: "string", default: "5" },
      build: { type: "string", default: "native" },
      megabytes: { type: "string", default: "200" },
      connections: { type: "string", default: "1000" },
      minutes: { type: "string", default: "0" },
    },
  });
  if (!BUILDS.includes(values.build as Build)) throw new Error(`--build must be one of ${BUILDS.join(", ")}`);
  const say = (line: string): void => {
    if (!values.json) console.log(line);
  };
  const dir = mkdtempSync(join(tmpdir(), "spacetail-bench-"));
  const tailnet = await Tailnet.start({ program: tailnetProgram(ROOT), dir, joinDelayMs: 0 });
  const image = imageFolder(ROOT, values.build as Build);
  let daemon: ChildProcess | undefined;
  const env = await environment(tailnet, image);
  try {
    await finish(
      spawn("spacetail", ["up", "--watch", `${process.pid}`], { env, stdio: ["ignore", "ignore", "inherit"] }),
    );
    daemon = await plainDaemon(tailnet, image, dir);
    const bytes = Number(values.megabytes) * 1_000_000;
    const measures: Record<string, (port: number) => Promise<number>> = {
      "MB/s with 1 connection": (port) => throughput(port, 1, bytes),
      "MB/s with 100 connections": (port) => throughput(port, 100, bytes),
      "requests/s": (port) => requests(port),
    };
    const ratios: number[] = [];
    for (const [name, measure] of Object.entries(measures)) {
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let i = 0; i < Number(values.rounds); i += 1) {
        // Whoever comes first finds caches as the other left them.
        for (const port of i % 2 === 0 ? [OURS, THEIRS] : [THEIRS, OURS]) {
          (port === OURS ? ours : theirs).push(await measure(port));
        }
        say(`${name}: ours ${ours[i]?.toFixed(1)}, tailscaled's ${theirs[i]?.toFixed(1)}`);
      }
      ratios.push(Math.round((median(ours) / median(theirs)) * 1000) / 1000);
    }
    const loadKb = await memoryUnder(Object.values(measures), Number(values.minutes), say);
    const rssKb1000 = await memoryWith(Number(values.connections), say);
    const [ratio1, ratio100, requestRatio] = ratios;
    const figures = { ratio1, ratio100, requestRatio, rssKb1000, ...(loadKb.length === 0 ? {} : { loadKb }) };
    console.log(values.json ? JSON.stringify(figures) : figures);
  } finally {
    await finish(spawn("spacetail", ["down"], { env, stdio: "ignore" }));
    if (daemon !== undefined) {
      const ended = finish(daemon);
      daemon.kill("SIGTERM");
      await ended;
    }
    await tailnet.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function environment(tailnet: Tailnet, image: string): Promise<NodeJS.ProcessEnv> {
  const client = await tailnet.makeClient(["auth_keys"], [TAG]);
  return {
    PATH: `${image}:${process.env.PATH}`,
    TS_CONTROL_URL: tailnet.info.controlUrl,
    TS_API_URL: tailnet.info.apiUrl,
    TS_OAUTH_CLIENT_ID: client.id,
    TS_OAUTH_CLIENT_SECRET: client.secret,
    TS_OAUTH_TAGS: TAG,
    TS_OUTBOUND_HTTP_PROXY_LISTEN: `127.0.0.1:${OURS}`,
    TS_SOCKS5_SERVER: `127.0.0.1:${OURS}`,
  };
}

/** The same tailscaled with its own proxy. */
async function plainDaemon(tailnet: Tailnet, image: string, dir: string): Promise<ChildProcess> {
  const { key } = await tailnet.makeKey({ tags: [TAG], ephemeral: true, preauthorized: true });
  const socket = join(dir, "plain.sock");
  const args = ["--tun=userspace-networking", "--state=mem:", "--port=0", `--socket=${socket}`];
  const daemon = spawn(join(image, "tailscaled"), [...args, `--outbound-http-proxy-listen=127.0.0.1:${THEIRS}`], {
    stdio: "ignore",
    env: { PATH: process.env.PATH },
  });
  while (!existsSync(socket)) await sleep(5);
  // Tailscale's own command line: the image's `tailscale` would use the tunnel's tailscaled until this one answers.
  const up = [`--socket=${socket}`, "up", `--auth-key=${key}`, `--login-server=${tailnet.info.controlUrl}`];
  const env = { PATH: process.env.PATH, TS_BE_CLI: "1" };
  await finish(
    spawn(join(image, "tailscaled"), [...up, "--hostname=plain"], { env, stdio: ["ignore", "ignore", "inherit"] }),
  );
  // The first connection, which may wait for a handshake.
  await throughput(THEIRS, 1, 1000);
  return daemon;
}

/** Downloads so many bytes in all through CONNECT; megabytes per second. */
async function throughput(port: number, connections: number, bytes: number): Promise<number> {
  const began = performance.now();
  const each = Math.floor(bytes / connections);
  await Promise.all(Array.from({ length: connections }, () => download(port, each)));
  return (each * connections) / 1000 / (performance.now() - began);
}

function download(port: number, bytes: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let count = 0;
    const socket = connect(port, "127.0.0.1", () => socket.write("CONNECT state:8000 HTTP/1.1\r\nHost: state\r\n\r\n"));
    socket.once("data", (head) => {
      if (!head.toString().startsWith("HTTP/1.1 200")) return reject(new Error(head.toString()));
      socket.on("data", (data) => {
        count += data.length;
        if (count < bytes) return;
        socket.destroy();
        resolve();
      });
      socket.write(`GET /bytes?size=${bytes} HTTP/1.0\r\n\r\n`);
    });
    socket.on("error", reject);
    socket.on("end", () => reject(new Error(`the connection ended after ${count} of ${bytes} bytes`)));
  });
}

/** Small requests, one after another on each of a few connections; requests per second. */
async function requests(port: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: KEPT_ALIVE });
  let left = REQUESTS;
  const began = performance.now();
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await small(port, agent);
    }
  };
  await Promise.all(Array.from({ length: KEPT_ALIVE }, work));
  const ms = performance.now() - began;
  agent.destroy();
  return (REQUESTS / ms) * 1000;
}

function small(port: number, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request({ host: "127.0.0.1", port, path: "http://state/hello", agent }, (reply) => {
      if (reply.statusCode !== 200) reject(new Error(`the proxy answered ${reply.statusCode}`));
      reply.on("end", () => resolve());
      reply.resume();
    });
    call.on("error", reject);
    call.end();
  });
}

/** The supervisor's resident memory after each of so many minutes in which it is measured all the time. */
async function memoryUnder(
  measures: readonly ((port: number) => Promise<number>)[],
  minutes: number,
  say: (line: string) => void,
): Promise<number[]> {
  const supervisor = supervisorPid();
  const kb: number[] = [];
  const began = performance.now();
  while (kb.length < minutes) {
    const end = began + (kb.length + 1) * 60_000;
    while (performance.now() < end) for (const measure of measures) await measure(OURS);
    kb.push(residentKb(supervisor));
    say(`memory after ${kb.length} min of load: ${kb.at(-1)} KB`);
  }
  return kb;
}

/** The supervisor's resident memory with so many connections through it, which carry nothing. */
async function memoryWith(connections: number, say: (line: string) => void): Promise<number> {
  const supervisor = supervisorPid();
  say(`memory before: ${residentKb(supervisor)} KB`);
  const open: Socket[] = [];
  for (let i = 0; i < connections; i += 1) open.push(await idle());
  await sleep(500);
  const kb = residentKb(supervisor);
  say(`memory with ${connections} connections: ${kb} KB`);
  for (const socket of open) socket.destroy();
  return kb;
}

function idle(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(OURS, "127.0.0.1", () => socket.write("CONNECT db:5432 HTTP/1.1\r\nHost: db\r\n\r\n"));
    socket.once("data", (head) => {
      if (head.toString().startsWith("HTTP/1.1 200")) resolve(socket);
      else reject(new Error(head.toString()));
    });
    socket.on("error", reject);
  });
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(`bench: ${error.message}`);
    process.exit(1);
  },
);
