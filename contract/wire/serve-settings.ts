// SPDX-License-Identifier: Apache-2.0
import { type HostPort, parseHostPort } from "./addresses.js";
import { wordsOf } from "./characters.js";
import { type Environment, valueAt, valueInUse } from "./environment.js";
import { readExtraFlags, readTailscaledArgs } from "./flags.js";
import { daemonFlags, givenUpFlags } from "./host-flags.js";
import { parseBoolean } from "./parse.js";
import { booleanOf, readSettings, type Settings, SettingsError, valueOrDefault } from "./settings.js";

/** What the environment says to `spacetail serve`, parsed and checked. */
export interface ServeSettings {
  readonly settings: Settings;
  /** The directory of tailscaled's state; empty if its arguments name a place, or if there is none. */
  readonly stateDir: string;
  /** Whether the node is the same after a restart. */
  readonly keepsState: boolean;
  /** Whether the node is logged out at the end. */
  readonly logsOut: boolean;
  /** Log in only if the state has no login. */
  readonly authOnce: boolean;
  readonly healthCheck: boolean;
  readonly metrics: boolean;
  /** Whether tailscaled's log is printed. */
  readonly showsDaemonLog: boolean;
  /** Where the two are served. */
  readonly localAddress: HostPort;
  readonly given: GivenPreferences;
}

/** The preferences that the environment mentions; null for the others, which stay as they are in the state. */
export interface GivenPreferences {
  readonly acceptDns: boolean | null;
  readonly acceptRoutes: boolean | null;
  readonly shieldsUp: boolean | null;
  readonly hostname: string | null;
}

/**
 * Reads the variables of `spacetail serve`. Its arguments are flags of tailscaled, so that it can take tailscaled's
 * place in a unit; they count like TS_TAILSCALED_EXTRA_ARGS, and `--socket` like TS_SOCKET.
 *
 * @throws SettingsError as {@link readSettings} does
 */
export function readServeSettings(given: Environment, args: readonly string[]): ServeSettings {
  const env = withArguments(given, args);
  const daemon = readTailscaledArgs(daemonFlags(env));
  const stateDir = valueInUse(env, "TS_STATE_DIR");
  const keepsState = daemon.keepsState || stateDir !== "";
  // A node that is to be the same after a restart must still be there then.
  const settings = readSettings(env, { ephemeral: !keepsState });
  if (!keepsState && valueAt(env, "TS_KUBE_SECRET") !== "") {
    throw new SettingsError(
      "TS_KUBE_SECRET is not supported: spacetail keeps its state in a directory. Set TS_STATE_DIR to one on a volume.",
    );
  }
  const flags = readExtraFlags(givenUpFlags(env));
  const hostname = flags.hostname ?? valueInUse(env, "TS_HOSTNAME");
  return {
    settings,
    stateDir,
    keepsState,
    logsOut: !keepsState || booleanOf(env, "TS_LOGOUT_AT_STOP"),
    authOnce: booleanOf(env, "TS_AUTH_ONCE"),
    healthCheck: booleanOf(env, "TS_ENABLE_HEALTH_CHECK"),
    metrics: booleanOf(env, "TS_ENABLE_METRICS"),
    showsDaemonLog: booleanOf(env, "TS_SHOW_DAEMON_LOG"),
    localAddress: parseHostPort(valueOrDefault(env, "TS_LOCAL_ADDR_PORT")) ?? { host: "::", port: 9002 },
    given: {
      acceptDns: flags.acceptDns ?? parseBoolean(valueInUse(env, "TS_ACCEPT_DNS")),
      acceptRoutes: flags.acceptRoutes,
      shieldsUp: flags.shieldsUp,
      hostname: hostname === "" ? null : hostname,
    },
  };
}

const SOCKET = "--socket";

/** The environment with the arguments in the variables that they count like. */
function withArguments(env: Environment, args: readonly string[]): Environment {
  if (args.length === 0) return env;
  const words: string[] = [];
  let socket = "";
  for (let i = 0; i < args.length; i += 1) {
    const word = args[i] ?? "";
    const name = word.startsWith("--") ? word : `-${word}`;
    if (wordsOf(word).length !== 1) {
      throw new SettingsError("The arguments of `spacetail serve` must be flags of tailscaled, without blanks.");
    }
    if (name.startsWith(`${SOCKET}=`)) socket = name.slice(SOCKET.length + 1);
    else if (name === SOCKET) {
      i += 1;
      socket = args[i] ?? "";
    } else words.push(word);
  }
  const first = words[0] ?? "-";
  if (!first.startsWith("-")) {
    throw new SettingsError(
      "`spacetail serve` takes only flags of tailscaled, as in `spacetail serve --statedir=/var/lib/tailscale`.",
    );
  }
  const own = valueInUse(env, "TS_TAILSCALED_EXTRA_ARGS");
  const all = (own === "" ? [] : [own]).concat(words).join(" ");
  return { ...env, TS_TAILSCALED_EXTRA_ARGS: all, ...(socket === "" ? {} : { TS_SOCKET: socket }) };
}
