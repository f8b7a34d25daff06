// SPDX-License-Identifier: Apache-2.0
// npm run bench:up -- [--json] [--runs N] [--build native|node] [--join-delay MS]
//
// How long it takes from nothing to the first byte of a service on the tailnet: `spacetail up` and then a request,
// against a floor that does no more than anybody has to. The floor has its auth key already, drives the same tailscaled
// over LocalAPI from a running process, is told by the embedded tailnet when the peer knows the node, and then
// requests. Both are measured in turns; the figures are medians.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { BUILDS, type Build, imageFolder } from "../test/world/images.js";
import { Tailnet, tailnetProgram } from "../test/world/tailnet.js";
import { ROOT } from "../test/world/world.js";
import { finish, median, residentKb, supervisorPid } from "./parts.js";

const HTTP_PROXY = 18080;
const TAG = "tag:spacelift";

interface Sample {
  readonly ms: number;
  /** Resident memory of the supervisor; 0 for the floor, which has none. */
  readonly rssKb: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      runs: { type: "string", default: "21" },
      build: { type: "string", default: "native" },
      "join-delay": { type: "string", default: "150" },
    },
  });
  if (!BUILDS.includes(values.build as Build)) throw new Error(`--build must be one of ${BUILDS.join(", ")}`);
  const dir = mkdtempSync(join(tmpdir(), "spacetail-bench-"));
  const joinDelayMs = Number(values["join-delay"]);
  const tailnet = await Tailnet.start({ program: tailnetProgram(ROOT), dir, joinDelayMs });
  try {
    const image = imageFolder(ROOT, values.build as Build);
    const client = await tailnet.makeClient(["auth_keys"], [TAG]);
    const ours: Sample[] = [];
    const floor: Sample[] = [];
    for (let i = 0; i < Number(values.runs); i += 1) {
      ours.push(await measureSpacetail(tailnet, image, client));
      floor.push(await measureFloor(tailnet, image, dir));
      if (!values.json) console.log(`${i + 1}: spacetail ${round(ours[i]?.ms)} ms, floor ${round(floor[i]?.ms)} ms`);
    }
    const spacetailMs = median(ours.map((sample) => sample.ms));
    const floorMs = median(floor.map((sample) => sample.ms));
    const overFloorMs = spacetailMs - floorMs;
    const rssKb = median(ours.map((sample) => sample.rssKb));
    const figures = {
      spacetailMs: round(spacetailMs),
      floorMs: round(floorMs),
      overFloorMs: round(overFloorMs),
      rssKb,
    };
    console.log(values.json ? JSON.stringify(figures) : figures);
  } finally {
    await tailnet.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** `spacetail up` and a request through its proxy, as the hooks of a phase do it. */
async function measureSpacetail(
  tailnet: Tailnet,
  image: string,
  client: { id: string; secret: string },
): Promise<Sample> {
  const env = {
    PATH: `${image}:${process.env.PATH}`,
    TS_CONTROL_URL: tailnet.info.controlUrl,
    TS_API_URL: tailnet.info.apiUrl,
    TS_OAUTH_CLIENT_ID: client.id,
    TS_OAUTH_CLIENT_SECRET: client.secret,
    TS_OAUTH_TAGS: TAG,
    TS_OUTBOUND_HTTP_PROXY_LISTEN: `localhost:${HTTP_PROXY}`,
  };
  const began = performance.now();
  await finish(
    spawn("spacetail", ["up", "--watch", `${process.pid}`], { env, stdio: ["ignore", "ignore", "inherit"] }),
  );
  await get("http://state/hello");
  const ms = performance.now() - began;
  const rssKb = residentKb(supervisorPid());
  await finish(spawn("spacetail", ["down"], { env, stdio: "ignore" }));
  return { ms, rssKb };
}

/** The least that has to happen, from a process that runs already. */
async function measureFloor(tailnet: Tailnet, image: string, dir: string): Promise<Sample> {
  const order = { tags: [TAG], ephemeral: true, preauthorized: true };
  const { key } = await tailnet.makeKey(order);
  const socket = join(dir, "floor.sock");
  const name = `floor-${Date.now()}`;
  const args = ["--tun=userspace-networking", "--state=mem:", "--port=0", `--socket=${socket}`];
  const began = performance.now();
  const daemon = spawn(join(image, "tailscaled"), [...args, `--outbound-http-proxy-listen=localhost:${HTTP_PROXY}`], {
    stdio: "ignore",
  });
  await untilItAnswers(socket);
  const running = watchUntilRunning(socket);
  const prefs = {
    ControlURL: tailnet.info.controlUrl,
    WantRunning: true,
    CorpDNS: true,
    ShieldsUp: true,
    Hostname: name,
  };
  await localApi(socket, "POST", "start", JSON.stringify({ AuthKey: key, UpdatePrefs: prefs }));
  await localApi(socket, "POST", "login-interactive");
  await running;
  await tailnet.knows("state", name);
  await get("http://state/hello");
  const ms = performance.now() - began;
  await localApi(socket, "POST", "logout");
  daemon.kill("SIGTERM");
  await new Promise((resolve) => daemon.once("exit", resolve));
  return { ms, rssKb: 0 };
}

async function untilItAnswers(socket: string): Promise<void> {
  for (;;) {
    try {
      await localApi(socket, "GET", "status?peers=false");
      return;
    } catch {
      await sleep(1);
    }
  }
}

function localApi(socketPath: string, method: string, path: string, body = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { host: "local-tailscaled.sock" };
    const call = request({ socketPath, method, path: `/localapi/v0/${path}`, headers }, (reply) => {
      let text = "";
      reply.on("data", (data) => {
        text += data;
      });
      reply.on("end", () => ((reply.statusCode ?? 500) < 300 ? resolve(text) : reject(new Error(text))));
    });
    call.on("error", reject);
    call.end(body);
  });
}

function watchUntilRunning(socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { host: "local-tailscaled.sock" };
    const call = request({ socketPath, path: "/localapi/v0/watch-ipn-bus?mask=2", headers }, (reply) => {
      let text = "";
      reply.on("data", (data) => {
        text += data;
        if (!/"State":6\b/.test(text)) return;
        resolve();
        call.destroy();
      });
    });
    call.on("error", reject);
    call.end();
  });
}

/** A request through the tunnel's HTTP proxy; resolves with the first byte of the answer. */
function get(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request({ host: "localhost", port: HTTP_PROXY, path: url }, (reply) => {
      if (reply.statusCode !== 200) reject(new Error(`${url} answered ${reply.statusCode}`));
      reply.once("data", () => resolve());
      reply.resume();
    });
    call.on("error", reject);
    call.end();
  });
}

function round(ms: number | undefined): number {
  return Math.round((ms ?? 0) * 10) / 10;
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(`bench: ${error.message}`);
    process.exit(1);
  },
);
