// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../world.js";

/** A way from a machine to the ports of this network's loopback address. */
export interface Relay {
  readonly close: () => Promise<void>;
}

/** The ports on which programs of this network listen on 127.0.0.1. */
function listening(): number[] {
  const lines = readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1);
  const ports = lines.flatMap((line) => {
    const [, local = "", , state = ""] = line.trim().split(/\s+/);
    const [address, port = ""] = local.split(":");
    return address === "0100007F" && state === "0A" ? [Number.parseInt(port, 16)] : [];
  });
  return [...new Set(ports)];
}

/** Makes the programs that listen on 127.0.0.1 now reachable from the network of a process, at the same addresses. */
export async function openRelay(pid: number): Promise<Relay> {
  const folder = mkdtempSync(join(tmpdir(), "relay-"));
  const ports = listening();
  const servers = await Promise.all(ports.map((port) => leadTo(port, join(folder, `${port}`))));
  const program = join(ROOT, "test/world/machines/ports.cjs");
  const words = ["--target", `${pid}`, "--net", process.execPath, program, folder, ...ports.map(String)];
  const child = spawn("nsenter", words, { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("exit", (code) => reject(new Error(`the relay ended with ${code}`)));
  });
  return {
    close: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
      for (const server of servers) server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A socket that leads to a port. */
async function leadTo(port: number, path: string): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const other = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    client.pipe(other).pipe(client);
    client.on("error", () => other.destroy());
    other.on("error", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}
