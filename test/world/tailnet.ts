// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What the embedded tailnet prints when it is ready. */
export interface TailnetInfo {
  readonly controlUrl: string;
  readonly apiUrl: string;
  readonly adminUrl: string;
  /** The same API and control behind certificates of different quality, for `localhost`. */
  readonly https: Readonly<Record<"ecdsa" | "rsa" | "expired" | "early" | "wrongHost" | "unknownCa", string>>;
  /** The root certificate of the good ones, as a PEM file. */
  readonly caFile: string;
  /** A chain for `localhost` from that root, and its key, as PEM files: for other servers of a test. */
  readonly certFile: string;
  readonly keyFile: string;
  /** The public name server, over TCP, which knows what nodes prove to certificate authorities. */
  readonly nameServer: string;
  /** The port of the relay (DERP), on 127.0.0.1. */
  readonly relayPort: number;
  readonly domain: string;
  /** An OAuth client that may do everything. */
  readonly admin: { readonly clientId: string; readonly clientSecret: string };
  readonly peers: readonly TailnetPeer[];
}

export interface TailnetPeer {
  readonly name: string;
  readonly dnsName: string;
  readonly addresses: readonly string[];
  readonly tags: readonly string[];
  readonly online: boolean;
}

/** A node in the control server's table. */
export interface TailnetNode extends TailnetPeer {
  /** What it calls itself. */
  readonly hostname: string;
  readonly ephemeral: boolean;
  /** Whether it refuses all connections. */
  readonly shieldsUp: boolean;
  /** True for the peers that belong to the world. */
  readonly peer: boolean;
  /** The networks that it offers to others. */
  readonly routes: readonly string[];
}

/** Something that happened on the tailnet; which other members there are depends on the type. */
export interface TailnetEvent {
  readonly seq: number;
  /** RFC 3339. */
  readonly time: string;
  readonly type: string;
  readonly [attribute: string]: unknown;
}

/** A failure that the tailnet is to act out. */
export interface Fault {
  /** `METHOD /path`, `control register` or `control map`. */
  readonly match: string;
  /** How often; -1 until it is cleared. */
  readonly times: number;
  readonly status?: number;
  readonly retryAfter?: string;
  readonly delayMs?: number;
  readonly drop?: boolean;
  readonly body?: string;
}

/** A key that a test wants. */
export interface KeyOrder {
  readonly tags: readonly string[];
  readonly reusable?: boolean;
  readonly ephemeral?: boolean;
  readonly preauthorized?: boolean;
  readonly expirySeconds?: number;
  readonly expired?: boolean;
  readonly used?: boolean;
}

/** A federated identity that a test wants. */
export interface IdentityOrder {
  readonly scopes: readonly string[];
  readonly tags: readonly string[];
  readonly issuer: string;
  /** A pattern, as those of the claim rules. */
  readonly subject: string;
  /** @default `api.tailscale.com/<id>` */
  readonly audience?: string;
  readonly customClaimRules?: Readonly<Record<string, string>>;
}

/** What nodes are told about names, relays and routes. */
export interface Network {
  /** tailcfg.DNSConfig in JSON; MagicDNS alone if it is missing. */
  readonly dns?: object;
  /** The name under which ephemeral nodes know the relay, whose addresses are then the next two, if they are given. */
  readonly relayHost?: string;
  readonly relayIPv4?: string;
  readonly relayIPv6?: string;
  /** Whether every node may get certificates for its own name. @default false */
  readonly https?: boolean;
  /** The networks behind nodes, by the nodes' names: `{ db: ["10.99.0.0/24"] }`. */
  readonly routes?: Readonly<Record<string, readonly string[]>>;
  /** tailcfg.SSHPolicy in JSON: who may log in to nodes; nobody if it is missing. */
  readonly ssh?: object;
}

/** An entry of the name server on the peer `db`; without a value, the name exists and has no address. */
export interface NameRecord {
  readonly name: string;
  readonly type: "A" | "AAAA" | "CNAME";
  readonly value?: string;
  /** Seconds. */
  readonly ttl?: number;
}

export interface TailnetOptions {
  /** The built program. */
  readonly program: string;
  /** A folder for its certificates. */
  readonly dir: string;
  /** How long peers do not know a new node; the program's default is 150 ms. */
  readonly joinDelayMs?: number;
  /** How long an ephemeral node that is gone stays in the table. */
  readonly ephemeralTimeoutMs?: number;
  /** Whether the world has peers of its own. @default true */
  readonly withPeers?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

/** The embedded tailnet: a control server, a relay, the API and a few peers, in one process. */
export class Tailnet {
  private constructor(
    readonly info: TailnetInfo,
    private readonly process: ChildProcess,
  ) {}

  /** Starts the program and waits until it is ready. It ends with this process at the latest. */
  static async start(options: TailnetOptions): Promise<Tailnet> {
    mkdirSync(options.dir, { recursive: true });
    const args = ["--dir", options.dir, "--exit-with-stdin"];
    if (options.joinDelayMs !== undefined) args.push("--join-delay", `${options.joinDelayMs}ms`);
    if (options.ephemeralTimeoutMs !== undefined) args.push("--ephemeral-timeout", `${options.ephemeralTimeoutMs}ms`);
    if (options.withPeers === false) args.push("--no-peers");
    const child = spawn(options.program, args, { stdio: ["pipe", "pipe", "inherit"], env: options.env ?? process.env });
    const line = await firstLine(child);
    return new Tailnet(JSON.parse(line), child);
  }

  /** Everything that happened after the event with number `since`. */
  async events(since = 0): Promise<TailnetEvent[]> {
    return await this.get(`/world/events?since=${since}`);
  }

  async nodes(): Promise<TailnetNode[]> {
    return await this.get("/world/nodes");
  }

  /** Nodes that joined besides the world's own peers. */
  async joinedNodes(): Promise<TailnetNode[]> {
    return (await this.nodes()).filter((node) => !node.peer);
  }

  /** Every secret that was ever issued. */
  async secrets(): Promise<{ kind: string; value: string }[]> {
    return await this.get("/world/secrets");
  }

  /** Waits until a peer knows a node and could answer it. */
  async knows(peer: string, node: string, timeout = "2m"): Promise<void> {
    await this.get(`/world/knows?peer=${peer}&node=${encodeURIComponent(node)}&timeout=${timeout}`);
  }

  async settings(change: {
    joinDelayMs?: number;
    registerDelayMs?: number;
    ephemeralTimeoutMs?: number;
    ephemeralByKey?: boolean;
  }): Promise<void> {
    await this.send("POST", "/world/settings", change);
  }

  /** Replaces the network; nodes learn of it at once. */
  async network(network: Network): Promise<void> {
    await this.send("POST", "/world/network", network);
  }

  /** Opens a port of 127.0.0.1 that leads to `host:port` on the tailnet as a peer reaches it; returns the port. */
  async door(peer: string, target: string): Promise<number> {
    const { address } = await this.send<{ address: string }>("POST", "/world/doors", { peer, target });
    return Number(address.slice(address.lastIndexOf(":") + 1));
  }

  /** Replaces what the name server on `db` knows. */
  async records(records: readonly NameRecord[]): Promise<void> {
    await this.send("POST", "/world/records", records);
  }

  /** What that name server was asked since then, and how often: `{ "A mysql.corp.test.": 1 }`. */
  async questions(): Promise<Record<string, number>> {
    return await this.get("/world/questions");
  }

  async fault(fault: Fault): Promise<void> {
    await this.send("POST", "/world/faults", fault);
  }

  async clearFaults(): Promise<void> {
    await this.send("DELETE", "/world/faults");
  }

  /** Makes control and API answer, refuse connections, or accept them and stay silent. */
  async control(state: "up" | "refuse" | "freeze"): Promise<void> {
    await this.send("POST", "/world/control", { state });
  }

  /** The same for the relay. */
  async relay(state: "up" | "refuse" | "freeze"): Promise<void> {
    await this.send("POST", "/world/relay", { state });
  }

  async makeKey(order: KeyOrder): Promise<{ id: string; key: string }> {
    return await this.send("POST", "/world/keys", order);
  }

  /** Logs a node in on the page that it asks to visit. Without tags it is the administrator's own. */
  async logIn(url: string, tags: readonly string[] = []): Promise<void> {
    await this.send("POST", "/world/logins", { url, tags });
  }

  async makeClient(scopes: readonly string[], tags: readonly string[]): Promise<{ id: string; secret: string }> {
    return await this.send("POST", "/world/clients", { scopes, tags });
  }

  async makeIdentity(order: IdentityOrder): Promise<{ id: string; audience: string }> {
    return await this.send("POST", "/world/identities", order);
  }

  /** Says where an issuer of identity tokens is really served, whatever its name says. */
  async locateIssuer(issuer: string, url: string): Promise<void> {
    await this.send("POST", "/world/issuers", { issuer, url });
  }

  /** Ends the validity of a node's key. */
  async expireNode(name: string): Promise<void> {
    await this.send("POST", `/world/nodes/${encodeURIComponent(name)}/expire`);
  }

  /** Lets a node that joined with a key that is not preauthorized onto the tailnet. */
  async authorizeNode(name: string): Promise<void> {
    await this.send("POST", `/world/nodes/${encodeURIComponent(name)}/authorize`);
  }

  async deleteNode(name: string): Promise<void> {
    await this.send("DELETE", `/world/nodes/${encodeURIComponent(name)}`);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGTERM");
    await gone;
  }

  private async get<T>(path: string): Promise<T> {
    return await this.send("GET", path);
  }

  private async send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const init =
      body === undefined
        ? { method }
        : { method, body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const reply = await fetch(this.info.adminUrl + path, init);
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the embedded tailnet ended with status ${code}`)));
    if (child.stdout !== null) createInterface({ input: child.stdout }).once("line", resolve);
  });
}

/** Where the set-up puts the built program. */
export function tailnetProgram(root: string): string {
  return join(root, ".cache/world/tailnet");
}
