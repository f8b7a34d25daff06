// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually, type Output, type Stage } from "./stage.js";

/** How long to wait for what should happen. Milliseconds. */
const PATIENCE_MS = 120_000;

/** A `spacetail serve` in a container. */
export interface Served {
  /** Everything that it has printed so far. */
  readonly text: () => string;
  /** Waits until it has printed something like that, and returns what matched. */
  readonly prints: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Sends it a signal, and returns how it ended. */
  readonly end: (signal?: string) => Promise<Output>;
  /** How it ends, if it does so by itself. */
  readonly output: Promise<Output>;
}

let lastLog = 0;

/** Starts `spacetail serve` with arguments. */
export function startServe(stage: Stage, environment: object = {}, args = ""): Served {
  lastLog += 1;
  const log = `serve-${lastLog}.log`;
  const path = join(stage.workspace, log);
  // The shell stays, so that its status can be told, and has the name of no program.
  const line = `spacetail serve ${args} >>${log} 2>&1 & echo $! >${log}.pid; wait $!; status=$?; cat ${log}; exit $status`;
  const { output } = stage.start(line, environment);
  const text = (): string => read(path);
  return {
    text,
    prints: (pattern) => appears(text, pattern),
    end: async (signal = "TERM") => {
      await stage.run(`kill -${signal} $(cat ${log}.pid)`);
      return await output;
    },
    output,
  };
}

/** Waits until a text has something like that in it. */
export async function appears(text: () => string, pattern: RegExp): Promise<RegExpExecArray> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = pattern.exec(text());
    if (found !== null) return found;
    if (Date.now() > end) throw new Error(`${pattern} has not appeared in:\n${text()}`);
    await sleep(20);
  }
}

/** What a service manager receives on its socket, one datagram a line, with blanks for line ends. */
export interface Notices {
  /** For the environment of the service. */
  readonly address: string;
  readonly text: () => string;
}

/** Plays the service manager: Node has no datagrams on unix sockets. */
export async function startManager(stage: Stage, address: string): Promise<Notices> {
  const path = join(stage.workspace, "notices");
  const program = [
    "import socket, sys",
    "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)",
    "s.bind(sys.argv[1].replace('@', chr(0), 1))",
    "open('listening', 'w').close()",
    "while True:",
    "    data = s.recv(65536).decode()",
    "    open('notices', 'a').write(data.replace(chr(10), ' ') + chr(10))",
  ];
  writeFileSync(join(stage.workspace, "manager.py"), program.join("\n"));
  const { output } = stage.start(`exec /usr/bin/python3 manager.py ${address}`);
  // It ends with the container.
  output.catch(() => {});
  await eventually(async () => existsSync(join(stage.workspace, "listening")), "the manager listens");
  return { address, text: () => read(path) };
}

/** The text of a file that somebody else may not have made yet. */
function read(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
