// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const ROOT = join(__dirname, "../..");

/** The commands of the two builds of test/native. */
export const BUILDS: readonly (readonly [string, readonly string[]])[] = [
  ["Node", [process.execPath, join(ROOT, ".cache/bin/net-probe.cjs")]],
  ["native", [join(ROOT, ".cache/bin/net-probe-linux-x64")]],
];

/** Builds them, unless that is done. */
export function buildProbes(): void {
  const steps = JSON.stringify(pathToFileURL(join(ROOT, "build/steps.mjs")).href);
  execFileSync(process.execPath, ["--input-type=module", "-e", `(await import(${steps})).probe()`], {
    stdio: ["ignore", "ignore", "pipe"],
  });
}

/** A line that a probe prints. */
export type Line = Readonly<Record<string, unknown>>;

/** A running probe. */
export class Probe {
  private readonly child: ChildProcess;
  private readonly lines: Line[] = [];
  private wake = (): void => {};
  private ended = false;

  constructor(command: readonly string[], cwd = ROOT) {
    const [program = "", ...args] = command;
    this.child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    this.child.stdout?.on("data", (data: Buffer) => {
      const parts = (text + data).split("\n");
      text = parts.pop() ?? "";
      for (const part of parts) this.lines.push(JSON.parse(part) as Line);
      this.wake();
    });
    this.child.stdout?.on("close", () => {
      this.ended = true;
      this.wake();
    });
  }

  /** The next line; throws if there is none. */
  async line(): Promise<Line> {
    for (;;) {
      const line = this.lines.shift();
      if (line !== undefined) return line;
      if (this.ended) throw new Error("the probe has ended");
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** The port that it says it listens on. */
  async port(): Promise<number> {
    return Number((await this.line()).port);
  }

  /** How many packets have left its network by an interface. */
  sent(device: string): number {
    const text = readFileSync(`/proc/${this.child.pid}/net/dev`, "utf8");
    return Number(new RegExp(`${device}:(?:\\s+\\d+){9}\\s+(\\d+)`).exec(text)?.[1]);
  }

  /** Resident memory in kB. */
  resident(): number {
    const text = readFileSync(`/proc/${this.child.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(text)?.[1]);
  }

  /** How many descriptors are open. */
  descriptors(): number {
    return readdirSync(`/proc/${this.child.pid}/fd`).length;
  }

  /** Processor time so far, in milliseconds. */
  busy(): number {
    const text = readFileSync(`/proc/${this.child.pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    // Linux counts hundredths of seconds here, whatever its own clock does.
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  stop(): void {
    this.child.kill();
  }
}
