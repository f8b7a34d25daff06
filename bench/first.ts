// SPDX-License-Identifier: Apache-2.0
// npm run bench:first -- [--json] [--runs N] [--users N] [--build native|node]
//
// How long the first connection right after `spacetail up` takes when the peer learns of the new node late. It cannot
// be sooner than that, so what counts is the time beyond: from the moment in which the control server tells the peer,
// or from the end of `up` if that is later, to the first byte of the service. The delays go up to 30 s, and requests
// take turns between the two proxies. With `--users`, that many tunnels come up at once in each run, and the slowest
// one counts.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BUILDS, type Build, imageFolder } from "../test/world/images.js";
import { Tailnet, tailnetProgram } from "../test/world/tailnet.js";
import { ROOT } from "../test/world/world.js";
import { finish } from "./parts.js";

/** Of the first user; the others have the ones that follow. */
const HTTP_PROXY = 18080;
const SOCKS5 = 11080;
const TAG = "tag:spacelift";

/** Milliseconds. Short ones are most of what happens, and the longest was seen in bursts. */
const DELAYS = [0, 20, 150, 500, 1000, 2500, 3000, 5000, 8000, 30_000];

/** How much longer than the delay a request may take before it counts as lost: WireGuard's own retry takes 5 s. */
const LOST_MS = 4000;

const PROXIES = { http: throughHttp, socks5: throughSocks };

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      runs: { type: "string", default: "50" },
      users: { type: "string", default: "1" },
      build: { type: "string", default: "native" },
    },
  });
  if (!BUILDS.includes(values.build as Build)) throw new Error(`--build must be one of ${BUILDS.join(", ")}`);
  const dir = mkdtempSync(join(tmpdir(), "spacetail-bench-"));
  const tailnet = await Tailnet.start({ program: tailnetProgram(ROOT), dir });
  try {
    const image = imageFolder(ROOT, values.build as Build);
    const client = await tailnet.makeClient(["auth_keys"], [TAG]);
    const users = Array.from({ length: Number(values.users) }, (_, user) => user);
    let worst = 0;
    let lost = 0;
    for (let i = 0; i < Number(values.runs); i += 1) {
      const delay = DELAYS[i % DELAYS.length] ?? 0;
      const proxy = Math.floor(i / DELAYS.length) % 2 === 0 ? "http" : "socks5";
      await tailnet.settings({ joinDelayMs: delay });
      const all = await Promise.all(users.map((user) => measure({ tailnet, image, client, dir, proxy, user })));
      const overMs = Math.max(...all);
      worst = Math.max(worst, overMs);
      lost += all.filter((one) => one > LOST_MS).length;
      if (!values.json) console.log(`${i + 1}: ${delay} ms, ${proxy}: ${Math.round(overMs)} ms beyond`);
    }
    const figures = { worstOverDelayMs: Math.round(worst), lost };
    console.log(values.json ? JSON.stringify(figures) : figures);
  } finally {
    await tailnet.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** One tunnel of one user, in a run. */
interface Join {
  readonly tailnet: Tailnet;
  readonly image: string;
  readonly client: { readonly id: string; readonly secret: string };
  /** Where the user's runtime directory is to be. */
  readonly dir: string;
  readonly proxy: keyof typeof PROXIES;
  readonly user: number;
}

/** How long the first request took beyond the delay. Milliseconds. */
async function measure({ tailnet, image, client, dir, proxy, user }: Join): Promise<number> {
  const since = (await tailnet.events()).at(-1)?.seq ?? 0;
  const hostname = `bench-${user}`;
  const runtimeDir = join(dir, hostname);
  mkdirSync(runtimeDir, { recursive: true });
  const env = {
    PATH: `${image}:${process.env.PATH}`,
    TS_CONTROL_URL: tailnet.info.controlUrl,
    TS_API_URL: tailnet.info.apiUrl,
    TS_OAUTH_CLIENT_ID: client.id,
    TS_OAUTH_CLIENT_SECRET: client.secret,
    TS_OAUTH_TAGS: TAG,
    TS_HOSTNAME: hostname,
    TS_RUNTIME_DIR: runtimeDir,
    TS_OUTBOUND_HTTP_PROXY_LISTEN: `localhost:${HTTP_PROXY + user}`,
    TS_SOCKS5_SERVER: `localhost:${SOCKS5 + user}`,
  };
  const up = ["up", "--watch", `${process.pid}`];
  await finish(spawn("spacetail", up, { env, stdio: ["ignore", "ignore", "inherit"] }));
  const began = Date.now();
  await PROXIES[proxy](user);
  const ended = Date.now();
  const events = await tailnet.events(since);
  await finish(spawn("spacetail", ["down"], { env, stdio: "ignore" }));
  const known = events.find(
    (event) => event.type === "node-known" && event.peer === "state" && event.node === hostname,
  );
  if (known === undefined) throw new Error("the peer was never told of the node");
  return ended - Math.max(began, Date.parse(known.time));
}

function throughHttp(user: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request({ host: "localhost", port: HTTP_PROXY + user, path: "http://state/hello" }, (reply) => {
      if (reply.statusCode !== 200) reject(new Error(`the HTTP proxy answered ${reply.statusCode}`));
      reply.once("data", () => resolve());
      reply.resume();
    });
    call.on("error", reject);
    call.end();
  });
}

/** All that a client says, at once: SOCKS5's two messages and a request. */
function throughSocks(user: number): Promise<void> {
  const greeting = Buffer.from([5, 1, 0, 5, 1, 0, 3, 5]);
  const hello = "GET /hello HTTP/1.0\r\n\r\n";
  const bytes = Buffer.concat([greeting, Buffer.from("state"), Buffer.from([0, 80]), Buffer.from(hello)]);
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(SOCKS5 + user, "localhost", () => socket.write(bytes));
    socket.setEncoding("latin1");
    socket.on("data", (data) => {
      answer += data;
      if (!answer.includes("hello from")) return;
      socket.destroy();
      resolve();
    });
    socket.on("error", reject);
    socket.on("end", () => reject(new Error(`the SOCKS5 proxy answered ${JSON.stringify(answer)}`)));
  });
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(`bench: ${error.message}`);
    process.exit(1);
  },
);
