// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Container, type RunResult, scanProcesses } from "../runs/index.js";
import type { World } from "../world.js";

/** How often processes are looked at. Milliseconds. */
const EVERY_MS = 15;

/** A place where a secret may not be. */
interface Seen {
  readonly where: string;
  readonly text: string;
}

/**
 * Watches the containers of a run and collects what everybody on a machine could see of `spacetail` and what it starts:
 * all command lines, the environments of its long-lived processes, its files. At the end it looks for secrets in there.
 */
export class SecretWatch {
  private readonly seen = new Map<string, Seen>();
  /** What the run itself has, which may hold secrets: that of the login, and its identity token. */
  private readonly given = new Map<string, Seen>();

  constructor(private readonly world: World) {}

  /** Looks at a container again and again until it is gone. */
  follow(container: Container): void {
    const timer = setInterval(() => {
      if (container.running) this.look(container);
      else clearInterval(timer);
    }, EVERY_MS);
    container.ended.then(() => clearInterval(timer));
  }

  /** Where secrets were seen: each as the kind of the secret and the place, never the secret itself. */
  async findings(result: RunResult): Promise<string[]> {
    const tokens = this.world.oidc.tokens.map((value) => ({ kind: "identity-token", value }));
    const secrets = [...(await this.world.tailnet.secrets()), ...tokens];
    for (const line of result.logs) note(this.seen, `log of ${line.phase}`, line.raw);
    return search(this.seen, secrets);
  }

  /** Where the run itself was given a secret of the tailnet. Its identity token is none. */
  async givenToRun(): Promise<string[]> {
    return search(this.given, await this.world.tailnet.secrets());
  }

  /** The places that were looked at; a watch that saw nothing proves nothing. */
  get places(): string[] {
    return [...new Set([...this.seen.values()].map((seen) => seen.where))];
  }

  private look(container: Container): void {
    for (const found of scanProcesses(container)) {
      // The second word is the program if the first one is Node. Others are arguments, such as those of `mv`.
      const isKept = [0, 1].some((at) => isLongLived(found.commandLine[at] ?? "", found.commandLine[at + 1]));
      const environment = (found.environment ?? []).join("\n");
      note(this.seen, `command line of ${found.name}`, found.commandLine.join(" "));
      note(isKept ? this.seen : this.given, `environment of ${found.name}`, environment);
    }
    const folder = `/proc/${container.pid}/root/tmp/spacetail-1983`;
    for (const name of list(folder)) note(this.seen, `file ${name}`, read(join(folder, name)));
  }
}

function note(seen: Map<string, Seen>, where: string, text: string): void {
  seen.set(`${where}\0${text}`, { where, text });
}

function search(seen: ReadonlyMap<string, Seen>, secrets: readonly { kind: string; value: string }[]): string[] {
  const found = [...seen.values()].flatMap(({ where, text }) =>
    secrets.filter(({ value }) => text.includes(value)).map(({ kind }) => `${kind} in ${where}`),
  );
  return [...new Set(found)];
}

/**
 * The shell of the phase, `spacetail up` and what captures a program have the run's environment; what outlives the
 * phase must not. Sockets and folders are called after programs, too.
 */
function isLongLived(program: string, command = ""): boolean {
  const name = basename(program);
  return name === "tailscaled" || (name === "spacetail" && ["supervise", "guard"].includes(command));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !name.endsWith(".sock"));
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
