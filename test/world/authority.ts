// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, createServer, get, request } from "node:https";
import { createServer as listen, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Tailnet } from "./tailnet.js";
import { ROOT } from "./world.js";

const PROGRAM = join(ROOT, ".cache/world/pebble");

/** A certificate authority with the protocol of Let's Encrypt, to which nodes of a tailnet prove their names. */
export interface Authority {
  readonly directoryUrl: string;
  /** The root of its certificates, as PEM. */
  readonly root: string;
  /** What it has logged so far. */
  readonly log: () => string;
  readonly close: () => Promise<void>;
}

/**
 * Starts Pebble.
 *
 * @param tailnet whose name server it asks
 * @param days how long its certificates are valid
 */
export async function startAuthority(tailnet: Tailnet, days: number): Promise<Authority> {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: build/steps.mjs builds it`);
  const { caFile, certFile, keyFile, nameServer } = tailnet.info;
  const [port, managementPort] = [await freePort(), await freePort()];
  const dir = mkdtempSync(join(tmpdir(), "authority-"));
  const pebble = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${managementPort}`,
    certificate: certFile,
    privateKey: keyFile,
    keyAlgorithm: "ecdsa",
    retryAfter: { authz: 1, order: 1 },
    profiles: { default: { description: "The only one", validityPeriod: days * 86_400 } },
  };
  writeFileSync(join(dir, "config.json"), JSON.stringify({ pebble }));
  // Every order is proved, at once, and no request is refused by chance.
  const env = { PEBBLE_VA_NOSLEEP: "1", PEBBLE_AUTHZREUSE: "0", PEBBLE_WFE_NONCEREJECT: "0" };
  const child = spawn(PROGRAM, ["-config", join(dir, "config.json"), "-dnsserver", nameServer], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (piece: string) => {
      log += piece;
    });
  }
  const ended = new Promise((resolve) => child.once("close", resolve));
  const ask = async (at: number, path: string): Promise<string> => {
    for (;;) {
      const answer = await read(`https://localhost:${at}${path}`, caFile);
      if (answer !== null) return answer;
      if (child.exitCode !== null) throw new Error(`Pebble has ended: ${log}`);
      await sleep(20);
    }
  };
  await ask(port, "/dir");
  const front = await openFront(tailnet, port);
  return {
    directoryUrl: `https://localhost:${front.port}/dir`,
    root: await ask(managementPort, "/roots/0"),
    log: () => log,
    close: async () => {
      await front.close();
      child.kill("SIGKILL");
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/**
 * What clients take for Pebble. Like Let's Encrypt, and unlike Pebble 2.10, it says where an order is when the order is
 * finalized, which tailscaled's client relies on.
 */
async function openFront(tailnet: Tailnet, port: number): Promise<{ port: number; close: () => Promise<void> }> {
  const [ca, cert, key] = [tailnet.info.caFile, tailnet.info.certFile, tailnet.info.keyFile].map((file) =>
    readFileSync(file),
  );
  const server = createServer({ cert, key }, (asked, answer) => {
    const { method, url = "", headers } = asked;
    // Pebble makes its URLs of the name that it is asked under.
    const options = { host: "localhost", family: 4, port, method, path: url, headers, ca, agent: false };
    const passed = request(options, (reply) => {
      const [, order] = /^\/finalize-order\/(.+)$/.exec(url) ?? [];
      if (order !== undefined) answer.setHeader("Location", `https://${headers.host}/my-order/${order}`);
      for (const [name, value] of Object.entries(reply.headers)) if (value !== undefined) answer.setHeader(name, value);
      answer.writeHead(reply.statusCode ?? 502);
      reply.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: portOf(server),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a server answers; null if it does not listen yet. */
async function read(url: string, caFile: string): Promise<string | null> {
  return await new Promise((resolve, reject) => {
    const agent = new Agent({ ca: readFileSync(caFile), keepAlive: false });
    get(url, { agent, family: 4 }, (reply) => {
      let text = "";
      reply.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      reply.on("end", () => resolve(text));
    }).on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") resolve(null);
      else reject(error);
    });
  });
}

async function freePort(): Promise<number> {
  const server = listen();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}
