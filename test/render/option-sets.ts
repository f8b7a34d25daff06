// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of shells hold such placeholders
import type { OutputFormat } from "../../contract/options/option.js";
import type { RenderOptions } from "./given.js";

/** Options of `spacetail render`, with the formats that have a place for all of them. */
export interface OptionSet {
  readonly options: RenderOptions;
  readonly formats: readonly OutputFormat[];
}

const CONTEXTS: readonly OutputFormat[] = ["hcl", "config-yml", "plugin"];
const ALL: readonly OutputFormat[] = [...CONTEXTS, "blueprint"];
const EVERY: readonly OutputFormat[] = [...ALL, "kubernetes"];

/** What is about phases, or the container that they run in. A sidecar has nothing to do with it. */
const OF_PHASES = [
  "allowRemoteClients",
  "bootTimeout",
  "capture",
  "noProxy",
  "proxyVariables",
  "runtimeDir",
  "socket",
  "userspace",
  "waitFor",
];

const TUNNEL: RenderOptions = {
  waitFor: ["db:5432", "git:22"],
  bootTimeout: "90s",
  hostname: "runner",
  controlUrl: "https://control.test",
  apiUrl: "https://api.test",
  acceptDns: false,
  acceptRoutes: true,
  exitNode: "exit",
  shieldsUp: false,
  ssh: true,
  userspace: "auto",
  httpProxy: "localhost:9090",
  socks5Server: "localhost:9091",
  allowRemoteClients: true,
  forwards: ["15432:db:5432", "13306:mysql.corp.test:3306"],
  noProxy: [".corp.test", "10.0.0.0/8"],
  proxyVariables: ["ALL_PROXY", "NODE_USE_ENV_PROXY", "JAVA_TOOL_OPTIONS"],
  capture: "true",
  tailscaledArgs: ["--verbose=1"],
  socket: "/tmp/tailscaled.sock",
  runtimeDir: "/run/user/1983",
  trace: true,
};

const HOOKS: RenderOptions = {
  beforeHooks: [
    { phase: "plan", command: 'echo "in the tunnel" \\ ${HOME:-x} %{pct}' },
    { phase: "plan", command: "echo outside: é 漢 💥", outsideTunnel: true },
    { phase: "destroy", command: "echo 'yes: no'" },
  ],
  afterHooks: [
    { phase: "plan", command: "echo bye", outsideTunnel: true },
    { phase: "run", command: "- [over] {} *" },
  ],
};

const EVERYWHERE: RenderOptions = {
  ...TUNNEL,
  ...HOOKS,
  auth: { oauthSecret: { clientId: "k1", tags: ["tag:a", "tag:b"] } },
  phases: ["apply", "init", "plan"],
  environment: { GREETING: 'hello "${NAME:-you}" %{x}\t\\', yes: "no", N: "0x1F", EMPTY_LIST: "[]" },
  secretEnvironment: ["PASSWORD", "token"],
  exitTrap: false,
};

const CONTEXT: RenderOptions = {
  name: "Tailnet (chosen)",
  description: 'All "chosen": ${x}',
  labels: ["team:platform", "on"],
};

const READABLE_FILE = { path: "source/.npmrc", content: "fund=false\nname=é\n", secret: false };

const FETCHED: RenderOptions = {
  delivery: "fetch",
  fetchUrl: "https://files.test/spacetail",
  fetchSums: {
    "spacetail-linux-amd64": "a".repeat(64),
    "tailscaled-linux-amd64": "b".repeat(64),
    "spacetail-linux-arm64": "c".repeat(64),
    "tailscaled-linux-arm64": "d".repeat(64),
  },
};

/** Sets that together use every option in every format that has a place for it. */
export const OPTION_SETS: Readonly<Record<string, OptionSet>> = {
  defaults: { formats: EVERY, options: {} },
  "everything-hcl": {
    formats: ["hcl"],
    options: {
      ...EVERYWHERE,
      ...CONTEXT,
      spaceId: "root",
      autoattach: "runtime:tailnet",
      attachments: [{ stackId: "web", priority: 3, spaceId: "root" }, { moduleId: "terraform-aws" }],
      files: [{ path: "spacetail/boot.sh" }, READABLE_FILE],
      runnerImage: "registry.test/runner:1",
    },
  },
  "everything-config-yml": {
    formats: ["config-yml"],
    options: {
      ...EVERYWHERE,
      attachments: [{ stackId: "web" }, { stackId: "on" }],
      runnerImage: "registry.test/runner:1",
    },
  },
  "everything-plugin": {
    formats: ["plugin"],
    options: { ...EVERYWHERE, ...CONTEXT, files: [READABLE_FILE], author: "Acme: platform" },
  },
  "everything-blueprint": {
    formats: ["blueprint"],
    options: {
      // The hooks are those of the context.
      ...Object.fromEntries(
        Object.entries(TUNNEL).filter(
          ([name]) => !["httpProxy", "proxyVariables", "capture", "userspace"].includes(name),
        ),
      ),
      auth: { oauthSecret: { clientId: "k1", tags: ["tag:b", "tag:a"] } },
      environment: EVERYWHERE.environment ?? {},
      secretEnvironment: ["PASSWORD", "token"],
      name: "Tailnet (chosen)",
      spaceId: "root",
      autoattach: "runtime:tailnet",
      files: [READABLE_FILE],
      runnerImage: "registry.test/runner:1",
    },
  },
  account: {
    formats: ["hcl"],
    options: {
      account: "acme",
      applyTags: ["tag:apply"],
      tags: ["tag:plan", "tag:more"],
      trust: { spaceId: "root", stack: "network-*", runTypes: ["PROPOSED", "TRACKED"] },
      grants: [{ dst: ["tag:db"], ip: ["tcp:5432"], src: ["tag:plan"] }, { dst: ["10.0.0.0/8"] }],
      phases: ["plan", "apply"],
    },
  },
  "self-hosted": {
    formats: ["hcl"],
    options: {
      account: "spacelift.corp.test",
      trust: { module: "aws", scope: "write", issuer: "https://issuer.test", audience: "tailnet", subject: "module:*" },
      phases: ["init", "plan"],
    },
  },
  "oauth-client": {
    formats: ["hcl"],
    options: { tags: ["tag:a"], outermost: true, name: "outer", phases: ["perform"] },
  },
  "federated-pair": {
    formats: ["hcl", "plugin"],
    options: {
      auth: {
        federated: {
          read: true,
          write: { tags: ["tag:apply"], spaceId: "root", runTypes: ["TRACKED"], scope: "write" },
          idToken: "file:/tmp/token",
        },
      },
      phases: ["plan", "apply"],
    },
  },
  "federated-known": {
    formats: CONTEXTS,
    options: {
      auth: {
        federated: {
          read: {
            clientId: "k-read",
            tags: ["tag:plan"],
            spaceId: "root",
            runTypes: ["PROPOSED", "TRACKED"],
            scope: "read",
          },
          write: { clientId: "k-write", tags: ["tag:apply"], spaceId: "root", runTypes: ["TRACKED"], scope: "write" },
          idToken: "file:/tmp/token",
        },
      },
      phases: ["apply", "plan"],
    },
  },
  "federated-stack": {
    formats: ["blueprint"],
    options: {
      contextId: "tailnet-x1",
      auth: {
        federated: {
          read: {
            clientId: "k-read",
            tags: ["tag:plan"],
            spaceId: "root",
            runTypes: ["PROPOSED", "TRACKED"],
            scope: "read",
          },
          write: { clientId: "k-write", tags: ["tag:apply"], spaceId: "root", runTypes: ["TRACKED"], scope: "write" },
          idToken: "file:/tmp/token",
        },
      },
    },
  },
  "federated-one-stack": {
    formats: ["blueprint"],
    options: {
      autoattachLabels: [],
      runnerRegistry: "ghcr.io/acme",
      auth: {
        federated: {
          identity: { clientId: "k", tags: ["tag:a"], spaceId: "root", runTypes: ["TRACKED"], scope: "write" },
        },
      },
    },
  },
  fetched: { formats: ["hcl", "plugin"], options: FETCHED },
  outermost: { formats: ["plugin"], options: { name: "tail", outermost: true } },
  "federated-one": { formats: ["hcl", "plugin", "blueprint"], options: { auth: { federated: { identity: true } } } },
  "federated-one-known": {
    formats: CONTEXTS,
    options: {
      auth: {
        federated: {
          identity: { clientId: "k", tags: ["tag:a"], spaceId: "root", runTypes: ["TRACKED"], scope: "write" },
        },
      },
      phases: ["apply"],
    },
  },
  "everything-kubernetes": {
    formats: ["kubernetes"],
    options: {
      ...Object.fromEntries(Object.entries(TUNNEL).filter(([name]) => !OF_PHASES.includes(name))),
      // In a pod, whoever is not in it cannot reach its loopback.
      httpProxy: "localhost:9090",
      auth: { oauthSecret: { clientId: "k1", tags: ["tag:b", "tag:a"] } },
      name: "Tailnet (chosen)",
      runnerImage: "registry.test/runner:1",
    },
  },
  "external-kubernetes": {
    formats: ["kubernetes"],
    options: { auth: { external: true }, runnerRegistry: "ghcr.io/acme" },
  },
  "write-only": {
    formats: ["hcl"],
    options: {
      auth: { oauthSecret: true },
      writeOnlyVersion: "2",
      secretEnvironment: ["PASSWORD"],
      files: [{ path: "secrets/key.pem" }],
    },
  },
  "auth-key": { formats: EVERY, options: { auth: { authKey: true }, apiUrl: "https://headscale.test" } },
  "attach-all": {
    formats: ["hcl"],
    options: { autoattachAll: true, labels: ["team:platform"], runnerRegistry: "ghcr.io/acme" },
  },
  everywhere: { formats: ["hcl", "blueprint"], options: { autoattachAll: true } },
  "several-labels": { formats: ["hcl", "blueprint"], options: { autoattachLabels: ["tailnet", "vpn: on"] } },
  "by-id": {
    formats: ["hcl"],
    options: { autoattachLabels: [], attachments: [{ stackId: "web" }], labels: ["team:platform"] },
  },
  external: { formats: ALL, options: { auth: { external: true }, waitFor: ["db:5432"] } },
  hooks: { formats: CONTEXTS, options: HOOKS },
  attachments: {
    formats: ["hcl"],
    options: {
      attachments: [
        { stackId: "web" },
        { stackId: "web-2", priority: 0 },
        { moduleId: "terraform-aws", id: "aws", priority: 7 },
      ],
    },
  },
  registry: { formats: ["config-yml"], options: { attachments: [{ stackId: "web" }], runnerRegistry: "ghcr.io/acme" } },
};

/** Every set with every format that it has, for `test.each`. */
export const CASES: readonly (readonly [string, OutputFormat])[] = Object.entries(OPTION_SETS).flatMap(
  ([name, { formats }]) => formats.map((format) => [name, format] as const),
);

/** The names of the sets that a format has. */
export function setsOf(format: OutputFormat): string[] {
  return CASES.filter(([, one]) => one === format).map(([name]) => name);
}
