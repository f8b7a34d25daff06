// SPDX-License-Identifier: Apache-2.0
import { PALETTE } from "../../contract/hosts/palette.js";
import { hostEnvironment } from "../../contract/hosts/texts.js";
import { secretIn } from "../../contract/options/secrets.js";
import { readServeSettings } from "../../contract/wire/serve-settings.js";
import { SettingsError } from "../../contract/wire/settings.js";
import { UsageError } from "../failure.js";

/** A flag of `spacetail render --format palette`. */
interface PaletteFlag {
  readonly name: string;
  readonly isBoolean: boolean;
  readonly doc: string;
}

const text = (name: string, doc: string): PaletteFlag => ({ name, isBoolean: false, doc });
const yes = (name: string, doc: string): PaletteFlag => ({ name, isBoolean: true, doc });

/** Every flag, in the order of the help. */
export const PALETTE_FLAGS: readonly PaletteFlag[] = [
  text("output", "File to write to. Default: standard output."),
  text("palette-endpoint", "Where hosts register. Default: api.spectrocloud.com."),
  yes("poweroff", "Switch the host off when it is installed. Default: true."),
  text("hostname", "Name of the node; {edge-id}, {serial} and {mac} are the host's own. Default: {edge-id}."),
  yes("auth-key", "Log in with an auth key, reusable and with tags. The default."),
  yes("oauth-secret", "Log in with an OAuth client."),
  yes("federated", "Log in as a federated identity, with an identity token in a file."),
  text("credential-file", "File with the key, secret or token. Default: in /oem/tailscale, by its kind."),
  text("client-id", "ID of the OAuth client or federated identity; required for the latter."),
  text("tags", "Tags of the node, with an OAuth client or federated identity. Default: tag:edge."),
  text("control-url", "Control server. Default: Tailscale's."),
  text("api-url", "API that creates auth keys. Default: Tailscale's, or that of the control server."),
  yes("ssh", "Let people log in by Tailscale SSH, as the tailnet's policy allows. Default: true."),
  yes("accept-dns", "Use the tailnet's DNS settings. Default: true."),
  yes("accept-routes", "Use the routes of subnet routers. Default: false."),
  text("advertise-routes", "Networks that the host offers to the tailnet, separated by commas. Default: none."),
];

/** What the user-data is made of. */
export interface PaletteOptions {
  /** Empty for standard output. */
  readonly output: string;
  readonly endpoint: string;
  readonly poweroff: boolean;
  /** Variables that differ from those of all edge hosts. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Where the credential is by its kind, unless somebody says otherwise. */
const FILES = {
  "auth-key": { variable: "TS_AUTHKEY", path: "/oem/tailscale/authkey" },
  "oauth-secret": { variable: "TS_OAUTH_CLIENT_SECRET", path: "/oem/tailscale/client-secret" },
  federated: { variable: "TS_ID_TOKEN", path: "/oem/tailscale/id-token" },
} as const;

type Kind = keyof typeof FILES;

/** Variables that flags set as they are given. */
const PLAIN: Readonly<Record<string, string>> = {
  hostname: "TS_HOSTNAME",
  "control-url": "TS_CONTROL_URL",
  "api-url": "TS_API_URL",
};

/**
 * Reads the flags after `--format palette`.
 *
 * @throws UsageError naming everything that is wrong
 */
export function readPaletteOptions(args: readonly string[]): PaletteOptions {
  const problems: string[] = [];
  const values = readValues(args, problems);
  const textOf = (name: string): string => values.get(name) ?? "";
  const kinds = (Object.keys(FILES) as Kind[]).filter((kind) => textOf(kind) === "true");
  if (kinds.length > 1) problems.push(`only one of ${kinds.map((kind) => `--${kind}`).join(" and ")} can be given`);
  const kind = kinds[0] ?? "auth-key";
  const variables: Record<string, string> = {};
  for (const [flag, variable] of Object.entries(PLAIN)) if (values.has(flag)) variables[variable] = textOf(flag);
  const { variable, path } = FILES[kind];
  variables[variable] = `file:${values.get("credential-file") ?? path}`;
  if (kind === "auth-key") {
    for (const flag of ["client-id", "tags"]) {
      if (values.has(flag)) problems.push(`--${flag} cannot be given with an auth key, which has its own tags`);
    }
  } else {
    variables.TS_OAUTH_TAGS = values.get("tags") ?? "tag:edge";
    if (values.has("client-id")) variables.TS_CLIENT_ID = textOf("client-id");
    else if (kind === "federated") problems.push("--federated requires --client-id");
  }
  const flags = ["ssh", "accept-dns", "accept-routes", "advertise-routes"].filter((flag) => values.has(flag));
  if (flags.length > 0) variables.TS_EXTRA_ARGS = flags.map((flag) => `--${flag}=${textOf(flag)}`).join(" ");
  if (problems.length === 0) judge(variables, problems);
  if (problems.length > 0) throw new UsageError(...problems);
  return {
    output: textOf("output"),
    endpoint: values.get("palette-endpoint") ?? "api.spectrocloud.com",
    poweroff: values.get("poweroff") !== "false",
    variables,
  };
}

/** The values of flags by their names. No problem quotes a value, which may be a secret. */
function readValues(args: readonly string[], problems: string[]): Map<string, string> {
  const values = new Map<string, string>();
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [, word = "", given] = /^--([^=]+)(?:=([\s\S]*))?$/.exec(arg) ?? [];
    const isNo = word.startsWith("no-");
    const flag = PALETTE_FLAGS.find(
      ({ name, isBoolean }) => name === word || (isNo && isBoolean && `no-${name}` === word),
    );
    if (flag === undefined)
      problems.push(word === "" ? "unexpected argument: flags begin with --" : `--${word} is not a flag`);
    else if (flag.isBoolean && given !== undefined) problems.push(`--${word} must not have a value`);
    else if (flag.isBoolean) values.set(flag.name, isNo ? "false" : "true");
    else {
      const value = given ?? (rest[0]?.startsWith("--") === false ? rest.shift() : undefined);
      if (value === undefined || value === "") problems.push(`--${word} must have a value`);
      else if (secretIn(value) !== null) problems.push(`--${word} must not contain a secret: put it into a file`);
      // Inside of quotes in a file that systemd reads, in a file that Kairos reads.
      else if (/["\\$`\n\r\t]/.test(value)) problems.push(`--${word} must not contain quotes, dollar signs or tabs`);
      else values.set(flag.name, value);
    }
  }
  return values;
}

/** The rules of the executable, in the words of the flags. */
function judge(variables: Readonly<Record<string, string>>, problems: string[]): void {
  try {
    readServeSettings({ ...hostEnvironment(PALETTE), ...variables }, []);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    problems.push(error.message.replace(/\.$/, ""));
  }
}
