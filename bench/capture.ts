// SPDX-License-Identifier: Apache-2.0
// npm run bench:capture -- [--json] [--rounds N] [--megabytes N]
//
// What capture costs. Each figure compares a captured program with the same one that is not, in turns, by medians:
//
// - elsewhereRatio: the speed of jobs that have nothing to do with the tailnet, which are a plan of 200 resources and a
//   compilation of the executable's C files. The lower of both.
// - connectMs: a connect to a service on the tailnet, less the time that a CONNECT by hand takes.
// - throughputRatio: a download from a service, as a ratio to the same through the proxy by hand.
// - rssKb: the memory of the process that captures with 200 connects under way.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { imageFolder } from "../test/world/images.js";
import { Tailnet, tailnetProgram } from "../test/world/tailnet.js";
import { ROOT } from "../test/world/world.js";
import { finish, median, residentKb } from "./parts.js";

const HTTP_PROXY = 18080;
const TAG = "tag:spacelift";

const RESOURCES = 200;
const CONNECTS = 200;

/** Ports of the embedded tailnet's router: connections to the first are accepted at once, to the second very late. */
const AT_ONCE = 20_000;
const LATE = 29_999;

const OPTIONS = {
  json: { type: "boolean", default: false },
  rounds: { type: "string", default: "7" },
  megabytes: { type: "string", default: "100" },
} as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  const say = (line: string): void => {
    if (!values.json) console.log(line);
  };
  const dir = mkdtempSync(join(tmpdir(), "spacetail-bench-"));
  const tailnet = await Tailnet.start({ program: tailnetProgram(ROOT), dir, joinDelayMs: 0 });
  const client = await tailnet.makeClient(["auth_keys"], [TAG]);
  const env: NodeJS.ProcessEnv = {
    PATH: `${imageFolder(ROOT, "native")}:${process.env.PATH}`,
    TS_CONTROL_URL: tailnet.info.controlUrl,
    TS_API_URL: tailnet.info.apiUrl,
    TS_OAUTH_CLIENT_ID: client.id,
    TS_OAUTH_CLIENT_SECRET: client.secret,
    TS_OAUTH_TAGS: TAG,
    // For Terraform.
    HOME: dir,
    CHECKPOINT_DISABLE: "1",
    TS_OUTBOUND_HTTP_PROXY_LISTEN: `127.0.0.1:${HTTP_PROXY}`,
  };
  const db = tailnet.info.peers.find(({ name }) => name === "db")?.addresses[0] ?? "";
  const rounds = Number(values.rounds);
  try {
    await finish(
      spawn("spacetail", ["up", "--watch", `${process.pid}`], { env, stdio: ["ignore", "ignore", "inherit"] }),
    );
    const ratios = Object.entries(jobs(dir)).map(([name, command]) => {
      const [plain, captured] = inTurns(rounds, (mode) => timeOf(env, mode, command));
      say(`${name}: ${plain.toFixed(0)} ms, captured ${captured.toFixed(0)} ms`);
      return plain / captured;
    });
    const [byHand, connected] = inTurns(rounds, (mode) => measured(env, mode, ["connect", db]));
    say(`connect: ${byHand.toFixed(2)} ms by hand, captured ${connected.toFixed(2)} ms`);
    const [through, relayed] = inTurns(rounds, (mode) => measured(env, mode, ["download", values.megabytes]));
    say(`download: ${through.toFixed(0)} MB/s through the proxy, captured ${relayed.toFixed(0)} MB/s`);
    const rssKb = await memory(env, db);
    const figures = {
      elsewhereRatio: rounded(Math.min(...ratios), 3),
      connectMs: rounded(connected - byHand, 2),
      throughputRatio: rounded(relayed / through, 3),
      rssKb,
    };
    console.log(values.json ? JSON.stringify(figures) : figures);
  } finally {
    await finish(spawn("spacetail", ["down"], { env, stdio: "ignore" }));
    await tailnet.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

type Mode = "off" | "on";

/** The medians of both: not captured, and captured. */
function inTurns(rounds: number, measure: (mode: Mode) => number): [number, number] {
  const found: Record<Mode, number[]> = { off: [], on: [] };
  // Whoever comes first finds caches as the other left them.
  for (let i = 0; i < rounds; i += 1) {
    for (const mode of i % 2 === 0 ? (["off", "on"] as const) : (["on", "off"] as const)) {
      found[mode].push(measure(mode));
    }
  }
  return [median(found.off), median(found.on)];
}

function timeOf(env: NodeJS.ProcessEnv, mode: Mode, command: readonly string[]): number {
  const began = performance.now();
  const { status } = spawnSync("spacetail", ["run", `--capture=${mode}`, "--", ...command], { env, stdio: "ignore" });
  if (status !== 0) throw new Error(`${command.join(" ")} ended with status ${status}`);
  return performance.now() - began;
}

/** Work that has nothing to do with the tailnet, as commands. */
function jobs(dir: string): Record<string, readonly string[]> {
  const terraform = process.env.SPACETAIL_TERRAFORM ?? "terraform";
  const project = join(dir, "project");
  mkdirSync(project);
  const resource = { count: RESOURCES, input: "$" + "{count.index}" };
  writeFileSync(join(project, "main.tf.json"), JSON.stringify({ resource: { terraform_data: { one: resource } } }));
  execFileSync(terraform, [`-chdir=${project}`, "init", "-input=false"], { stdio: "ignore" });
  const sources = readdirSync(join(ROOT, "image/native")).filter((name) => /^capture.*\.c$/.test(name));
  const compile = sources.map((name) => `${compiler()} -c ${join(ROOT, "image/native", name)} -o ${dir}/${name}.o`);
  return {
    [`plan of ${RESOURCES} resources`]: [terraform, `-chdir=${project}`, "plan", "-input=false", "-lock=false"],
    [`compilation of ${sources.length} files`]: ["sh", "-ec", compile.join("\n")],
  };
}

/** The C compiler of the executable. */
function compiler(): string {
  const script = `
    import { musl } from ${JSON.stringify(join(ROOT, "build/toolchain.mjs"))};
    process.stdout.write(musl("x64", ${JSON.stringify(join(ROOT, ".cache"))}).argv.join(" "));`;
  const words = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  return `${words} -std=c11 -D_GNU_SOURCE -O2`;
}

/** Runs this program as a client, which prints one number. */
function measured(env: NodeJS.ProcessEnv, mode: Mode, args: readonly string[]): number {
  const words = ["run", `--capture=${mode}`, "--", process.execPath, process.argv[1] ?? "", "client", mode, ...args];
  const { status, stdout, stderr } = spawnSync("spacetail", words, { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`the client ended with status ${status}: ${stderr}`);
  return Number(stdout.trim());
}

async function memory(env: NodeJS.ProcessEnv, db: string): Promise<number> {
  const words = ["run", "--capture=on", "--", process.execPath, process.argv[1] ?? "", "client", "on", "hold", db];
  const child = spawn("spacetail", words, { env, stdio: ["pipe", "pipe", "ignore"] });
  const ended = finish(child);
  await new Promise((resolve, reject) => {
    child.stdout?.once("data", resolve);
    ended.catch(reject);
  });
  // What they need is there when all of them wait for the tunnel.
  await sleep(1000);
  const kb = residentKb(capturing(child.pid ?? 0));
  child.stdin?.end();
  await ended;
  return kb;
}

/** The process that captures for a `spacetail run`. */
function capturing(parent: number): number {
  const [pid] = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").split(" ");
  return Number(pid);
}

/** What a client does; prints one number. */
async function client([mode, what, argument = ""]: readonly string[]): Promise<void> {
  const isCaptured = mode === "on";
  switch (what) {
    case "connect": {
      const times: number[] = [];
      for (let i = 0; i < CONNECTS; i += 1) {
        const began = performance.now();
        const socket = await reach(isCaptured, argument, AT_ONCE);
        times.push(performance.now() - began);
        socket.destroy();
      }
      console.log(median(times));
      return;
    }
    case "download": {
      const bytes = Number(argument) * 1_000_000;
      const socket = await reach(isCaptured, "state", 8000);
      const began = performance.now();
      await download(socket, bytes);
      console.log(bytes / 1000 / (performance.now() - began));
      return;
    }
    default:
      for (let i = 0; i < CONNECTS; i += 1) connect(LATE, argument).on("error", () => {});
      console.log("connecting");
      process.stdin.on("end", () => process.exit(0)).resume();
  }
}

/** Connects to a service on the tailnet: as any program, or by the proxy. */
function reach(isCaptured: boolean, host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = isCaptured ? connect(port, host) : connect(HTTP_PROXY, "127.0.0.1");
    socket.on("error", reject);
    socket.once("connect", () => {
      if (isCaptured) resolve(socket);
      else socket.write(`CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`);
    });
    if (isCaptured) return;
    socket.once("data", (head) => {
      if (head.toString().startsWith("HTTP/1.1 200")) resolve(socket);
      else reject(new Error(head.toString()));
    });
  });
}

function download(socket: Socket, bytes: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let count = 0;
    socket.on("data", (data) => {
      count += data.length;
      if (count < bytes) return;
      socket.destroy();
      resolve();
    });
    socket.on("end", () => reject(new Error(`the connection ended after ${count} of ${bytes} bytes`)));
    socket.write(`GET /bytes?size=${bytes} HTTP/1.0\r\n\r\n`);
  });
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

const [first = "", ...rest] = process.argv.slice(2);
(first === "client" ? client(rest) : main().then(() => process.exit(0))).catch((error: Error) => {
  console.error(`bench: ${error.message}`);
  process.exit(1);
});
