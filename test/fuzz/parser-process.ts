// SPDX-License-Identifier: Apache-2.0
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** What a parser made of a case. */
export interface Result {
  /** False if it failed in a way that it must not. */
  readonly ok: boolean;
  /** The beginning of the result, or what failed. */
  readonly text: string;
  readonly length: number;
  readonly hash: number;
}

/** How much of the processor a case may take, however busy the machine is, and how long it may take at all. */
const LIMIT_CPU_MS = 20_000;
const LIMIT_MS = 180_000;

interface Waiting {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

/** A build of the program in test/native that feeds a parser. */
export class ParserProcess {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting: Waiting[] = [];
  private readonly watch: NodeJS.Timeout;
  private text = "";
  private said = "";
  private since = { cpu: 0, at: Date.now() };

  constructor(command: readonly string[], parser: string) {
    const [program = "", ...words] = command;
    this.child = spawn(program, [...words, "parse", parser], { stdio: ["pipe", "pipe", "pipe"] });
    this.child.stdin.on("error", () => {});
    this.child.stderr.on("data", (data: Buffer) => {
      this.said += data.toString();
    });
    this.child.stdout.setEncoding("utf8");
    this.child.stdout.on("data", (data: string) => this.take(data));
    this.child.on("close", (code, signal) =>
      this.fail(`it ended with ${signal ?? `status ${code}`}: ${this.said.trim()}`),
    );
    this.watch = setInterval(() => this.check(), 1000);
  }

  /** Feeds a case. Rejects if the process crashes or hangs over it or one before it. */
  feed(input: Buffer): Promise<Result> {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(input.length);
    if (this.waiting.length === 0) this.since = { cpu: this.cpuMs(), at: Date.now() };
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.stdin.write(Buffer.concat([head, input]));
    });
  }

  residentKb(): number {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${this.child.pid}/status`, "utf8"))?.[1] ?? "0");
  }

  stop(): void {
    clearInterval(this.watch);
    this.child.removeAllListeners("close");
    this.child.kill("SIGKILL");
  }

  private take(data: string): void {
    const lines = (this.text + data).split("\n");
    this.text = lines.pop() ?? "";
    for (const line of lines) this.waiting.shift()?.resolve(JSON.parse(line) as Result);
    this.since = { cpu: this.cpuMs(), at: Date.now() };
  }

  private check(): void {
    if (this.waiting.length === 0) return;
    const cpu = this.cpuMs() - this.since.cpu;
    const ms = Date.now() - this.since.at;
    if (cpu < LIMIT_CPU_MS && ms < LIMIT_MS) return;
    this.stop();
    this.fail(`it hangs: no result after ${ms} ms, ${cpu} ms of them on the processor`);
  }

  private fail(why: string): void {
    clearInterval(this.watch);
    for (const one of this.waiting.splice(0)) one.reject(new Error(why));
  }

  private cpuMs(): number {
    try {
      const fields = readFileSync(`/proc/${this.child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      return (Number(fields[11]) + Number(fields[12])) * 10;
    } catch {
      return 0;
    }
  }
}
