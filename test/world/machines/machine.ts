// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { collect, type Ended } from "../collect.js";
import { ROOT } from "../world.js";
import { openRelay, type Relay } from "./relay.js";

const HERE = join(ROOT, "test/world/machines");

/** How to make a machine. */
export interface MachineOptions {
  /** The folder with its file system, which stays as it is; of several, separated by colons, the first is on top. */
  readonly root: string;
  readonly hostname: string;
  /** Folders and files that outlive it, by their paths in it. */
  readonly volumes?: Readonly<Record<string, string>>;
  /** Its first program. @default one that waits for ever */
  readonly init?: readonly string[];
  /** Whether that is systemd. @default false */
  readonly isSystem?: boolean;
  /** Whether it reaches the embedded world from the start. @default true */
  readonly isOnline?: boolean;
}

/** Whose command it is, and what it knows. */
export interface Who {
  /** @default "root" */
  readonly user?: string;
  readonly environment?: object;
}

/** Removes a control group with all that are in it, which have no processes any more. */
function removeGroup(group: string, folder: string): void {
  const script = 'mount -t cgroup2 cgroup "$1" && find "$1/$2" -depth -type d -exec rmdir {} + ; umount "$1"';
  execFileSync("sh", ["-c", script, "sh", folder, group], { stdio: ["ignore", "ignore", "pipe"] });
}

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * A container or virtual machine: a file system, processes, a host name, and a network of its own, from which only the
 * embedded world can be reached, at the addresses that it has for everybody. Needs root.
 */
export class Machine {
  private relay: Relay | undefined;

  private constructor(
    /** Its first process, as the caller counts. */
    readonly pid: number,
    /** What its first program has printed. */
    readonly console: () => string,
    private readonly ended: Promise<void>,
  ) {}

  static async start(options: MachineOptions): Promise<Machine> {
    const group = `spacetail-${randomUUID()}`;
    const scratch = mkdtempSync(join(tmpdir(), "machine-"));
    const init = options.init ?? ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"];
    const namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--fork", "--kill-child"];
    const unshare = spawn("unshare", [...namespaces, "sh", join(HERE, "machine-setup.sh"), ...init], {
      env: {
        PATH: process.env.PATH,
        MACHINE_ROOT: options.root,
        MACHINE_SCRATCH: scratch,
        MACHINE_HOSTNAME: options.hostname,
        MACHINE_VOLUMES: Object.entries(options.volumes ?? {})
          .map(([path, folder]) => `${folder}:${path}`)
          .join(" "),
        MACHINE_CGROUP: group,
        MACHINE_KIND: options.isSystem === true ? "system" : "container",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    unshare.stderr?.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
    const ended = new Promise<void>((resolve) => unshare.on("close", () => resolve())).then(() => {
      if (options.isSystem === true) removeGroup(group, scratch);
      rmSync(scratch, { recursive: true, force: true });
    });
    const pid = await new Promise<number>((resolve, reject) => {
      let isFirst = true;
      createInterface({ input: unshare.stdout as NonNullable<typeof unshare.stdout> }).on("line", (line) => {
        if (isFirst) resolve(Number(line));
        else text += `${line}\n`;
        isFirst = false;
      });
      ended.then(() => reject(new Error(`machine ${options.hostname} did not start: ${text}`)));
    });
    const machine = new Machine(pid, () => text, ended);
    if (options.isOnline !== false) await machine.connect();
    return machine;
  }

  /** Connects it to the embedded world. */
  async connect(): Promise<void> {
    this.relay ??= await openRelay(this.pid);
  }

  /** Takes it off the network. */
  async disconnect(): Promise<void> {
    await this.relay?.close();
    this.relay = undefined;
  }

  /** Starts a line in a shell, without input. What it leaves behind must not keep its output open. */
  start(
    line: string,
    who: Who = {},
    shell: readonly string[] = ["sh", "-c"],
  ): { child: ChildProcess; ran: Promise<Ended> } {
    const user = who.user ?? "root";
    const home = user === "root" ? "/root" : `/home/${user}`;
    const environment = { PATH, HOME: home, USER: user, LOGNAME: user, SHELL: "/bin/bash", ...who.environment };
    const as = user === "root" ? [] : ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--init-groups"];
    const into = [
      "--target",
      `${this.pid}`,
      "--mount",
      "--uts",
      "--ipc",
      "--net",
      "--pid",
      "--cgroup",
      "--root",
      "--wd",
    ];
    const words = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const child = spawn("nsenter", [...into, ...as, "env", "-i", ...words, ...shell, `cd ~ && { ${line}\n}`], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    return { child, ran: collect(child).ended };
  }

  /** Runs a line until it ends. */
  async run(line: string, who: Who = {}, shell?: readonly string[]): Promise<Ended> {
    return await this.start(line, who, shell).ran;
  }

  /** Ends it as when its power fails. */
  async stop(): Promise<void> {
    await this.disconnect();
    try {
      process.kill(this.pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.ended;
  }
}
