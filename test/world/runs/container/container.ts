// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Command, type CommandOptions } from "./command.js";
import { type ContainerLayout, environmentOfSetup, workerCommand } from "./container-setup.js";
import { type Namespaces, preferredNamespaces, UNSHARE_FLAGS } from "./namespaces.js";
import type { Report, Request } from "./worker-protocol.js";

/** How to make a container. */
export interface ContainerOptions extends Omit<ContainerLayout, "namespaces" | "scratch"> {
  /** Default: what works here, root's way first. */
  readonly namespaces?: Namespaces | undefined;
  /**
   * Whether PID 1 reaps orphans. Default false: Spacelift's worker is PID 1 and, like most programs, waits for its own
   * children only, so that a daemon whose parent is gone stays as a zombie.
   */
  readonly reapsOrphans?: boolean | undefined;
}

/**
 * A container as a Spacelift worker gives it to a run: mount, pid and UTS namespaces, user 1983, private /tmp, /var/tmp
 * and /dev/shm, its own /proc, the workspace at /mnt/workspace, and a worker that starts commands. The network is the
 * caller's, and so is the root file system unless an image's is given. It dies with the process that made it.
 */
export class Container {
  /** PID 1 of the container as the host counts. */
  public readonly pid: number;
  /** The container's host name. */
  public readonly hostname: string;
  /** Settles when every process of the container is gone. */
  public readonly ended: Promise<void>;

  private readonly commands = new Map<number, Command>();
  private lastId = 0;
  private alive = true;

  private constructor(
    private readonly unshare: ChildProcess,
    hostname: string,
    pid: number,
    ended: Promise<void>,
  ) {
    this.hostname = hostname;
    this.pid = pid;
    this.ended = ended.then(() => {
      this.alive = false;
      for (const command of this.commands.values()) command.containerGone();
    });
  }

  /**
   * Makes a container and waits until its worker is ready.
   *
   * @throws when namespaces or mounts are refused, with what the tool said
   */
  public static async start(options: ContainerOptions): Promise<Container> {
    const namespaces = options.namespaces ?? preferredNamespaces();
    const scratch = mkdtempSync(join(tmpdir(), "container-"));
    const { setup, environment } = environmentOfSetup({ ...options, namespaces, scratch });
    const worker = workerCommand(options);
    // A shell that waits for one child reaps all the others that come to it.
    const init = options.reapsOrphans ? ["sh", "-c", '"$@"; exit $?', "init", ...worker] : worker;
    const unshare = spawn("unshare", [...UNSHARE_FLAGS[namespaces], "sh", setup, ...init], {
      env: environment,
      stdio: ["pipe", "pipe", "pipe"],
    });
    // The worker may be gone when a request is written; `ended` tells.
    unshare.stdin.on("error", () => {});
    const complaints: string[] = [];
    unshare.stderr.setEncoding("utf8").on("data", (text: string) => complaints.push(text));
    const ended = new Promise<void>((resolve) => {
      unshare.on("error", (error) => {
        complaints.push(error.message);
        resolve();
      });
      unshare.on("close", () => resolve());
    }).then(() => rmSync(scratch, { recursive: true, force: true }));

    return new Promise<Container>((resolve, reject) => {
      let pid = 0;
      let container: Container | undefined;
      createInterface({ input: unshare.stdout }).on("line", (line) => {
        const report = JSON.parse(line) as Report;
        if (report.event === "container") pid = report.pid;
        else if (report.event === "ready") {
          container = new Container(unshare, options.hostname, pid, ended);
          resolve(container);
        } else container?.commands.get(report.id)?.take(report);
      });
      ended.then(() => reject(new Error(`container ${options.hostname} did not start: ${complaints.join("").trim()}`)));
    });
  }

  /** False once every process is gone. */
  public get running(): boolean {
    return this.alive;
  }

  /**
   * Starts a command. It is a child of the worker and has no descriptors but those asked for.
   *
   * @throws when the container is gone
   */
  public start(options: CommandOptions): Command {
    if (!this.alive) throw new Error(`container ${this.hostname} is gone; nothing can be started in it`);
    this.lastId += 1;
    const id = this.lastId;
    const command = new Command(options, (signal) => this.ask({ request: "signal", id, signal }));
    this.commands.set(id, command);
    command.ended.then(() => this.commands.delete(id));
    this.ask({
      request: "start",
      id,
      argv: options.argv,
      environment: options.environment,
      directory: options.directory,
      pipes: options.pipes,
      input: options.input ?? "null",
      marks: options.marks === true,
    });
    return command;
  }

  /** The directory inside the container in which marks of the next command to start are watched. */
  public nextMarks(): string {
    return `/mnt/worker/marks/${this.lastId + 1}`;
  }

  /** Kills every process with SIGKILL, as when a container is removed by force, and waits until they are gone. */
  public async kill(): Promise<void> {
    if (this.alive) {
      try {
        process.kill(this.pid, "SIGKILL");
      } catch {
        // It went by itself meanwhile.
      }
    }
    await this.ended;
  }

  private ask(request: Request): void {
    this.unshare.stdin?.write(`${JSON.stringify(request)}\n`);
  }
}
