// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from "node:fs";
import type { Build } from "../world/images.js";
import type { World } from "../world/world.js";
import { accessTo, nodesLeft, PATIENT, Stage } from "./stage.js";

/** How much to do. */
export interface SoakSize {
  /** How often a tunnel is brought up and taken down. */
  readonly cycles: number;
  /** How many `up`s find one tunnel at the same time. */
  readonly concurrent: number;
}

/** What was left after everything had ended, and how the longest-lived process grew. All are to be empty or small. */
export interface SoakResult {
  readonly failures: readonly string[];
  readonly processes: readonly string[];
  readonly nodes: readonly string[];
  /** Files below the temporary directories that were not there after the first cycle. */
  readonly files: readonly string[];
  /** Lines of /proc/net/unix and listening ports that were not there before. */
  readonly sockets: number;
  /** Descriptors that the supervisor has more after all those `up`s than after the first. */
  readonly descriptors: number;
  /** The same for its resident memory, in KB. */
  readonly memoryKb: number;
}

/** Runs many tunnels in one container, then many `up`s on one tunnel. */
export async function soak(world: World, build: Build, { cycles, concurrent }: SoakSize): Promise<SoakResult> {
  const stage = await Stage.open(build, { ...(await accessTo(world.tailnet)), ...PATIENT });
  const failures: string[] = [];
  const run = async (line: string): Promise<void> => {
    const { code, text } = await stage.run(line);
    if (code !== 0) failures.push(text);
  };
  const list = async (): Promise<string[]> => (await stage.run("find /tmp /dev/shm /mnt/home")).text.trim().split("\n");
  try {
    const cycle = "spacetail up --watch none >out 2>&1 && spacetail down >>out 2>&1";
    await run(`${cycle} || { cat out; exit 1; }`);
    const files = await list();
    const sockets = countSockets();
    for (let done = 1; done < cycles; done += 50) {
      const count = Math.min(50, cycles - done);
      await run(`for i in $(seq ${count}); do ${cycle} || { cat out; exit 1; }; done`);
    }

    await run("spacetail up --watch none");
    const supervisor = await stage.find(/supervise$/);
    const facts = (): { descriptors: number; memoryKb: number } => factsOf(stage, supervisor.pid);
    const ups = (count: number): string => {
      const start = `for i in $(seq ${count}); do spacetail up --watch none >out$i 2>&1 & pids="$pids $!"; done`;
      return `${start}; for pid in $pids; do wait $pid || { cat out*; exit 1; }; done`;
    };
    await run(ups(1));
    const before = facts();
    await run(ups(concurrent));
    const after = facts();
    await run("spacetail down");
    const left = { processes: await stage.leftovers(), nodes: await nodesLeft(world.tailnet) };
    return {
      failures,
      ...left,
      files: (await list()).filter((file) => !files.includes(file)),
      sockets: countSockets() - sockets,
      descriptors: after.descriptors - before.descriptors,
      memoryKb: after.memoryKb - before.memoryKb,
    };
  } finally {
    await stage.close();
  }
}

function factsOf(stage: Stage, pid: number): { descriptors: number; memoryKb: number } {
  const folder = `/proc/${stage.container.pid}/root/proc/${pid}`;
  const status = readFileSync(`${folder}/status`, "utf8");
  return {
    descriptors: readdirSync(`${folder}/fd`).length,
    memoryKb: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN),
  };
}

/** Named unix sockets of tunnels, and TCP ports that listen, in this network. */
function countSockets(): number {
  const unix = readFileSync("/proc/net/unix", "utf8").split("\n");
  const tcp = ["tcp", "tcp6"].flatMap((name) => readFileSync(`/proc/net/${name}`, "utf8").split("\n"));
  return unix.filter((line) => line.includes("/spacetail-")).length + tcp.filter((line) => / 0A /.test(line)).length;
}
