// SPDX-License-Identifier: Apache-2.0
import type { RunEvent } from "../runs/index.js";
import type { TailnetEvent } from "../tailnet.js";
import type { World } from "../world.js";

interface Entry {
  readonly at: number;
  readonly kind: string;
  readonly text: string;
}

/** Prints what happens in the embedded world in the order of time, from the run's events and the tailnet's. */
export class Timeline {
  private readonly began = Date.now();
  private readonly waiting: Entry[] = [];
  private readonly known: TailnetEvent[] = [];
  private flushing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly world: World,
    private readonly print: (line: string) => void,
    /** The number of the last event that is none of the timeline's affair, or was printed. */
    private last: number,
  ) {}

  /** A timeline from now on. */
  static async start(world: World, print: (line: string) => void): Promise<Timeline> {
    const before = await world.tailnet.events();
    return new Timeline(world, print, before.at(-1)?.seq ?? 0);
  }

  /** Adds a line about now. */
  say(kind: string, text: string): void {
    this.waiting.push({ at: Date.now(), kind, text });
  }

  /** Adds an event of the run. The lines of a phase come out when it has ended. */
  take(event: RunEvent): void {
    const text = describe(event);
    if (text !== null) this.waiting.push({ at: event.at, ...text });
    if (event.type === "phase-ended") void this.flush();
  }

  /** Everything that happened on the tailnet, as far as it was printed. */
  get tailnetEvents(): readonly TailnetEvent[] {
    return this.known;
  }

  /** The world's own nodes. */
  peers(): string {
    return this.world.tailnet.info.peers.map((peer) => (peer.online ? peer.name : `${peer.name} (offline)`)).join(", ");
  }

  /** Prints what has come in so far. */
  flush(): Promise<void> {
    this.flushing = this.flushing.then(async () => {
      const fresh = await this.world.tailnet.events(this.last);
      this.last = fresh.at(-1)?.seq ?? this.last;
      this.known.push(...fresh);
      for (const event of fresh) {
        const text = this.describeTailnet(event);
        if (text !== null) this.waiting.push({ at: Date.parse(event.time), ...text });
      }
      const entries = this.waiting.splice(0).sort((a, b) => a.at - b.at);
      for (const { at, kind, text } of entries) {
        const seconds = Math.max(0, (at - this.began) / 1000).toFixed(2);
        this.print(`${seconds.padStart(7)} s  ${kind.padEnd(9)} ${text}`);
      }
    });
    return this.flushing;
  }

  private describeTailnet(event: TailnetEvent): Omit<Entry, "at"> | null {
    const name = String(event.name ?? "");
    if (this.world.tailnet.info.peers.some((peer) => peer.name === name)) return null;
    switch (event.type) {
      case "node-registered":
        return { kind: "node", text: `${name} joined: ${list(event.addresses)}, ${list(event.tags)}` };
      case "node-logged-out":
        return { kind: "node", text: `${name} logged out` };
      case "node-deleted":
        return { kind: "node", text: `${name} is gone (${event.reason})` };
      case "key-minted":
        return { kind: "key", text: `${event.kind} ${event.id} minted for ${list(event.tags)}` };
      case "token-exchanged":
        return { kind: "token", text: `of ${event.subject} exchanged: ${list(event.scopes)}, ${list(event.tags)}` };
      case "token-refused":
        return { kind: "token", text: `refused: ${event.reason}` };
      case "http-request":
        if (event.listener !== "state") return null;
        return { kind: "service", text: `state backend answered ${event.method} ${event.path} with ${event.status}` };
      default:
        return null;
    }
  }
}

function describe(event: RunEvent): Omit<Entry, "at"> | null {
  switch (event.type) {
    case "state":
      return { kind: "run", text: event.state };
    case "container-started":
      return { kind: "container", text: `${event.container.hostname} started` };
    case "container-gone":
      return { kind: "container", text: `${event.container.hostname} is gone` };
    case "phase-started":
      return { kind: "phase", text: event.phase };
    case "element-finished": {
      const { kind, text, durationMs } = event.element;
      return {
        kind: kind === "command" ? "  command" : "  hook",
        text: `${shorten(text)}  ${Math.round(durationMs)} ms`,
      };
    }
    case "phase-ended": {
      const { name, durationMs, failure, trapMs } = event.phase;
      const trap = trapMs === null ? "" : `, EXIT trap ${Math.round(trapMs)} ms`;
      return {
        kind: "phase",
        text: `${name} ended after ${durationMs} ms${trap}${failure === null ? "" : `: ${failure}`}`,
      };
    }
    case "outputs": {
      const { outputs } = event;
      const text =
        outputs.values === null
          ? "out of the worker's reach: the state is on the tailnet, and the tunnel is down by then"
          : `read: ${Object.keys(outputs.values).join(", ")}`;
      return { kind: "outputs", text };
    }
    case "upload":
      return {
        kind: "upload",
        text: event.upload.failure ?? `${event.upload.bytes} bytes sent by the worker (${event.upload.stage})`,
      };
    default:
      return null;
  }
}

function shorten(text: string): string {
  return text.length > 90 ? `${text.slice(0, 87)}...` : text;
}

function list(value: unknown): string {
  return Array.isArray(value) ? value.join(" ") : "";
}
