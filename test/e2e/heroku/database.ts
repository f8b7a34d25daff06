// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tailnet } from "../../world/tailnet.js";
import { type Served, startServe } from "../serve-stage.js";
import { accessTo, PATIENT, Stage } from "../stage.js";

/** The user that a database server, which does not want to be root, runs as. */
const NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] as const;

const PASSWORD = "correct horse";

/** The folder of PostgreSQL's programs; empty if there is none. */
function programs(): string {
  const versions = "/usr/lib/postgresql";
  const folders = existsSync(versions) ? readdirSync(versions).map((one) => join(versions, one, "bin")) : [];
  return [...folders, "/usr/local/bin"].find((one) => existsSync(join(one, "initdb"))) ?? "";
}

/** Why there can be no database here, or null. */
export function databaseProblem(): string | null {
  if (programs() === "") return "PostgreSQL's server is not installed";
  return existsSync("/usr/bin/psql") ? null : "psql is not installed";
}

/** A machine of the tailnet that is called `database`, with PostgreSQL and a web server. */
export interface Database {
  /** The URL of a database there, given what its server is called. */
  readonly url: (host: string, port?: number) => string;
  readonly address: string;
  readonly close: () => Promise<void>;
}

/** Starts the machine. Its services listen on loopback, where its tailscaled takes connections of the tailnet to. */
export async function startDatabase(tailnet: Tailnet): Promise<Database> {
  const dir = mkdtempSync(join(tmpdir(), "database-"));
  chmodSync(dir, 0o777);
  const data = join(dir, "data");
  const secret = join(dir, "password");
  writeFileSync(secret, PASSWORD, { mode: 0o644 });
  const run = (...words: string[]): void => {
    execFileSync(NOBODY[0], [...NOBODY.slice(1), ...words], { cwd: dir, stdio: ["ignore", "ignore", "inherit"] });
  };
  run(join(programs(), "initdb"), "-D", data, "-U", "app", "-A", "scram-sha-256", `--pwfile=${secret}`, "--no-sync");
  const options = ["-D", data, "-h", "127.0.0.1", "-p", "5432", "-k", dir, "-F"];
  const words = [...NOBODY.slice(1), join(programs(), "postgres"), ...options];
  const server = spawn(NOBODY[0], words, { cwd: dir, stdio: ["ignore", "ignore", "pipe"] });
  await listens(server);
  // As hello.ts.net answers.
  const web = createServer((_, reply) => {
    reply.writeHead(302, { "Content-Type": "text/html; charset=utf-8", Location: "https://hello.ts.net" });
    reply.end('<a href="https://hello.ts.net">Found</a>.\n\n');
  });
  await new Promise<void>((resolve) => web.listen(80, "127.0.0.1", resolve));
  const shields = { TS_HOSTNAME: "database", TS_EXTRA_ARGS: "--shields-up=false" };
  const stage = await Stage.open("native", { ...(await accessTo(tailnet)), ...PATIENT, ...shields });
  const node: Served = startServe(stage);
  const [, address = ""] = await node.prints(/on the tailnet as database\.tail\.test \((\S+?)[,)]/);
  return {
    url: (host, port = 5432) => `postgresql://app:${encodeURIComponent(PASSWORD)}@${host}:${port}/postgres`,
    address,
    close: async () => {
      await node.end();
      await stage.close();
      await new Promise((resolve) => web.close(resolve));
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGINT");
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function listens(server: ChildProcess): Promise<void> {
  let log = "";
  await new Promise<void>((resolve, reject) => {
    server.stderr?.setEncoding("utf8").on("data", (piece: string) => {
      log += piece;
      if (log.includes("ready to accept connections")) resolve();
    });
    server.once("exit", () => reject(new Error(`PostgreSQL has ended: ${log}`)));
  });
}
