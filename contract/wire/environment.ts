// SPDX-License-Identifier: Apache-2.0

import { trimmed } from "./characters.js";
import {
  absolutePath,
  addressPort,
  anyText,
  boolean,
  type Check,
  extraFlags,
  hostPort,
  tailscaledArgs,
} from "./checks.js";
import { authKey, clientId, clientSecret } from "./credentials.js";
import { DIALECT, dialectProblem, hostNames } from "./dialect.js";
import { tagProblem } from "./labels.js";
import { splitList } from "./parse.js";
import { quoted } from "./secrets.js";
import { TUNNEL_OPTIONS, type TunnelOption } from "./tunnel-options.js";

/** An environment: names and values; a variable that is not set is absent. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One environment variable that the executable reads. Blanks around a value do not count; an empty one is unset. */
export interface Variable {
  readonly name: string;
  /** The options of a context that set it. */
  readonly options: readonly string[];
  /** Other names, read when the first is unset. */
  readonly aliases: readonly string[];
  /** The value used when it is unset; empty if there is none, or if it depends on something else. */
  readonly default: string;
  /** What is used when it is unset, in Markdown, where `default` cannot say it; empty otherwise. */
  readonly defaultText: string;
  /** True if the value must never be shown. Secrets may be given as `file:/path`. */
  readonly secret: boolean;
  /** What separates the elements of a list; empty for other values. */
  readonly separator: string;
  /** The rule for the value, or for each element of a list. */
  readonly check: Check;
  /** What it means, in one or two sentences. */
  readonly doc: string;
}

/** The variables of logins. Options of `auth` set them. */
const LOGIN_VARIABLES: readonly Variable[] = [
  {
    name: "TS_OAUTH_CLIENT_ID",
    options: ["auth"],
    aliases: [],
    default: "",
    defaultText: "part of the secret",
    secret: false,
    separator: "",
    check: clientId,
    doc: "ID of the Tailscale OAuth client that creates the auth key.",
  },
  {
    name: "TS_OAUTH_CLIENT_SECRET",
    options: ["auth"],
    aliases: ["TS_CLIENT_SECRET"],
    default: "",
    defaultText: "",
    secret: true,
    separator: "",
    check: clientSecret,
    doc: "Secret of that client, which needs the `auth_keys` scope, perhaps with `?ephemeral=true&preauthorized=true`.",
  },
  {
    name: "TS_OAUTH_TAGS",
    options: ["auth"],
    aliases: [],
    default: "tag:spacelift",
    defaultText: "",
    secret: false,
    separator: ",",
    check: tagProblem,
    doc:
      "Tags of the node, separated by commas: all tags of the OAuth client or federated identity, or tags that one of " +
      "them owns.",
  },
  {
    name: "TS_CLIENT_ID",
    options: ["auth"],
    aliases: [],
    default: "",
    defaultText: "",
    secret: false,
    separator: "",
    check: clientId,
    doc:
      "ID of a Tailscale federated identity, for logging in with the run's identity token instead of a secret; if a " +
      "client secret is set, the ID of the OAuth client.",
  },
  {
    name: "TS_ID_TOKEN",
    options: ["auth"],
    aliases: [],
    default: "",
    defaultText: "the newer of `SPACELIFT_OIDC_TOKEN` and `/mnt/workspace/spacelift.oidc`",
    secret: true,
    separator: "",
    check: anyText,
    doc: "Identity token for the federated identity, a JSON Web Token.",
  },
  {
    name: "TS_AUTHKEY",
    options: ["auth"],
    aliases: ["TS_AUTH_KEY"],
    default: "",
    defaultText: "",
    secret: true,
    separator: "",
    check: authKey,
    doc: "An existing auth key, instead of one that is created for the run.",
  },
];

const FLAGS = "TS_EXTRA_ARGS";

/** Variables that hold flags of Tailscale's programs, and one that containerboot has for one of those flags. */
const FLAG_VARIABLES: readonly Variable[] = [
  {
    name: "TS_ACCEPT_DNS",
    options: ["acceptDns"],
    aliases: [],
    default: "true",
    defaultText: "",
    secret: false,
    separator: "",
    check: boolean,
    doc: "Use the tailnet's DNS settings; `--accept-dns` in `TS_EXTRA_ARGS` takes precedence.",
  },
  {
    name: FLAGS,
    options: TUNNEL_OPTIONS.filter((row) => row.variable === FLAGS).map((row) => row.name),
    aliases: [],
    default: "",
    defaultText: "none",
    secret: false,
    separator: "",
    check: extraFlags,
    doc:
      "Flags of `tailscale up`: `--accept-dns`, `--accept-routes`, `--exit-node`, `--hostname`, `--shields-up` (on by " +
      "default), `--ssh`, `--advertise-routes`, `--advertise-exit-node`, `--advertise-tags`, " +
      "`--exit-node-allow-lan-access`, `--login-server`, `--timeout`.",
  },
];

const FOR_SERVE = "For `spacetail serve`:";

/** The variables of containerboot that only `spacetail serve` reads: a run's node has no state and no health check. */
const SERVE_VARIABLES: readonly Variable[] = [
  {
    name: "TS_STATE_DIR",
    options: [],
    aliases: [],
    default: "",
    defaultText: "none: the state is in memory",
    secret: false,
    separator: "",
    check: absolutePath,
    doc: `${FOR_SERVE} directory of tailscaled's state, which makes the node the same after a restart.`,
  },
  {
    name: "TS_AUTH_ONCE",
    options: [],
    aliases: [],
    default: "false",
    defaultText: "",
    secret: false,
    separator: "",
    check: boolean,
    doc: `${FOR_SERVE} log in only if the state has no login.`,
  },
  {
    name: "TS_LOGOUT_AT_STOP",
    options: [],
    aliases: [],
    default: "false",
    defaultText: "",
    secret: false,
    separator: "",
    check: boolean,
    doc: `${FOR_SERVE} log the node out at the end even if its state is kept, because nobody will start it again.`,
  },
  {
    name: "TS_ENABLE_HEALTH_CHECK",
    options: [],
    aliases: [],
    default: "false",
    defaultText: "",
    secret: false,
    separator: "",
    check: boolean,
    doc: `${FOR_SERVE} answer \`/healthz\` with 200 while the node is on the tailnet, otherwise with 503.`,
  },
  {
    name: "TS_ENABLE_METRICS",
    options: [],
    aliases: [],
    default: "false",
    defaultText: "",
    secret: false,
    separator: "",
    check: boolean,
    doc: `${FOR_SERVE} answer \`/metrics\` with tailscaled's metrics for Prometheus.`,
  },
  {
    name: "TS_SHOW_DAEMON_LOG",
    options: [],
    aliases: [],
    default: "true",
    defaultText: "",
    secret: false,
    separator: "",
    check: boolean,
    doc: `${FOR_SERVE} print what tailscaled logs, and not just spacetail's own lines.`,
  },
  {
    name: "TS_LOCAL_ADDR_PORT",
    options: [],
    aliases: [],
    default: "[::]:9002",
    defaultText: "",
    secret: false,
    separator: "",
    check: addressPort,
    doc: `${FOR_SERVE} where \`/healthz\` and \`/metrics\` are, by default on all addresses.`,
  },
];

/** Variables about the place that the executable is in, which workers and hosts set and contexts do not. */
const PLACE_VARIABLES: readonly Variable[] = [
  {
    name: DIALECT,
    options: [],
    aliases: [],
    default: "",
    defaultText: "none",
    secret: false,
    separator: "",
    check: dialectProblem,
    doc:
      "What the users of a host call these variables and flags (`APP_NAME=TS_HOSTNAME APP_DNS=--accept-dns`), and default " +
      "flags of `tailscale up` (`--shields-up=false`), separated by spaces.",
  },
  {
    name: "TS_EPHEMERAL",
    options: [],
    aliases: [],
    default: "",
    defaultText: "`true`, or `false` with state that is kept",
    secret: false,
    separator: "",
    check: boolean,
    doc: "Whether auth keys are created for an ephemeral node; `?ephemeral=` of the credential takes precedence.",
  },
  {
    name: "TS_RUN_WITHOUT_CREDENTIAL",
    options: [],
    aliases: [],
    default: "false",
    defaultText: "",
    secret: false,
    separator: "",
    check: boolean,
    doc: "Have `spacetail run` run its program without a tunnel if no credential is set.",
  },
  {
    name: "TS_SIDECAR",
    options: [],
    aliases: [],
    default: "",
    defaultText: "none",
    secret: false,
    separator: "",
    check: hostPort,
    doc:
      "Health check of a tunnel in another container of the same pod, or on the machine, as `host:port`. `up` waits until " +
      "the tunnel is up and starts none.",
  },
];

/**
 * Every environment variable of the executable. Variables that Tailscale's containerboot has too are called what it
 * calls them, or have its name as an alias. Its other variables are in containerboot.ts.
 */
export const VARIABLES: readonly Variable[] = [
  ...LOGIN_VARIABLES,
  ...TUNNEL_OPTIONS.filter((row) => row.variable !== FLAGS).map(variableOf),
  ...FLAG_VARIABLES,
  ...SERVE_VARIABLES,
  ...PLACE_VARIABLES,
];

/** The variable of an option that has it to itself. */
function variableOf(row: TunnelOption): Variable {
  // Flags are checked together, because some of them take the next word.
  const isFlags = row.variable === "TS_TAILSCALED_EXTRA_ARGS";
  return {
    name: row.variable,
    options: [row.name],
    aliases: row.aliases,
    default: row.default,
    defaultText: row.defaultText,
    secret: false,
    separator: isFlags ? "" : row.separator,
    check: isFlags ? tailscaledArgs : row.check,
    doc: row.note === "" ? row.doc : `${row.doc} ${row.note}`,
  };
}

/** The variable called `name`, which may be an alias. */
export function findVariable(name: string): Variable | undefined {
  return VARIABLES.find((variable) => variable.name === name || variable.aliases.includes(name));
}

/** The names that a variable may have: its own, its aliases, and those of the host. */
export function namesOf(env: Environment, name: string): string[] {
  const aliases = findVariable(name)?.aliases ?? [];
  return [name].concat(aliases, hostNames(valueAt(env, DIALECT), name));
}

/** The name under which a variable is set: the first of its names that is; empty if it is not set. */
export function nameInUse(env: Environment, name: string): string {
  return namesOf(env, name).find((one) => valueAt(env, one) !== "") ?? "";
}

/** The value of a variable, from whichever of its names is set; empty if none is. */
export function valueInUse(env: Environment, name: string): string {
  return valueAt(env, nameInUse(env, name));
}

/** What is set under a name, without what pasting and files put around it; empty if nothing is. */
export function valueAt(env: Environment, name: string): string {
  return trimmed(env[name] ?? "");
}

/**
 * What is wrong with the value of a variable, as a sentence that names it, or null. What is wrong is quoted unless the
 * value is a secret. Names that are not in the table, and empty values, are fine.
 *
 * @param meaning the variable in the table, if `name` is the host's for it
 */
export function valueProblem(name: string, value: string, meaning: string = name): string | null {
  const variable = findVariable(meaning);
  if (variable === undefined || value === "") return null;
  // Unsupported arguments may contain a secret; the rules for arguments name the word that is wrong.
  const hidden = variable.secret || meaning.endsWith("_ARGS");
  if (variable.separator === "") return textProblem(name, variable.check, value, hidden);
  const elements = splitList(value);
  if (elements.length === 0) return `${name} must not be an empty list`;
  for (let i = 0; i < elements.length; i += 1) {
    const problem = textProblem(`${name}[${i}]`, variable.check, elements[i] ?? "", hidden);
    if (problem !== null) return problem;
  }
  return null;
}

function textProblem(name: string, check: Check, text: string, hidden: boolean): string | null {
  const problem = check(text);
  if (problem === null || hidden) return problem === null ? null : `${name} ${problem}`;
  return `${name} ${problem}, but ${quoted(text)} was given`;
}
