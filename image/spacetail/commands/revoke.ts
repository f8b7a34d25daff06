// SPDX-License-Identifier: Apache-2.0
import { dnsLabel } from "../../../contract/wire/labels.js";
import { readSettings } from "../../../contract/wire/settings.js";
import { egressOf } from "../egress/egress.js";
import { readUpstream } from "../egress/upstream.js";
import { Failure } from "../errors/failure.js";
import { readCredential } from "../login/credential.js";
import { removeDevices } from "../login/devices.js";
import type { Platform } from "../platform/platform.js";
import { deadlineIn } from "../process/clock.js";
import { isTerminalError } from "../process/terminal.js";
import { proxiesOfRun } from "../proxies/proxy-record.js";
import { localApi } from "../tailnet/local-api.js";
import { findRuntimeDir } from "../tunnel/place.js";
import { startProgress } from "../tunnel/progress.js";
import { readState } from "../tunnel/state.js";
import type { Invocation } from "./invocation.js";

/** How long tailscaled may take to answer. Milliseconds. */
const STATUS_MS = 5000;

/**
 * `spacetail revoke NAME`: removes the other machines that are called NAME from the tailnet, so that this one can have
 * the name. Takes an OAuth client, or a federated identity, with the scope devices:core.
 */
export async function revoke({ platform, env, args }: Invocation): Promise<number> {
  platform.forbidCoreDumps();
  const name = dnsLabel(args[0] ?? "");
  if (args.length !== 1 || name === "") throw new Failure("`spacetail revoke` takes the name of a machine.");
  const settings = readSettings(env);
  if (settings.credential === "authkey" || settings.credential === "none") {
    throw new Failure(
      "`spacetail revoke` needs an OAuth client with the devices:core scope: set TS_OAUTH_CLIENT_SECRET.",
    );
  }
  const dir = findRuntimeDir(platform, env);
  const { secret, key } = readCredential(settings, env);
  const upstream = readUpstream(proxiesOfRun(settings, env), [settings.httpProxy, settings.socks5Server]);
  const login = {
    platform,
    egress: egressOf(platform, upstream),
    env,
    settings,
    secret,
    key,
    deadline: deadlineIn(settings.bootTimeoutMs),
  };
  const own = await ownId(platform, readState(dir)?.socket ?? "");
  const progress = startProgress(isTerminalError(env));
  progress.waitFor(`the API at ${key.apiUrl}`);
  const removed = await removeDevices(login, name, own).finally(() => progress.end());
  for (const one of removed) {
    console.error(`spacetail: removed ${one} from the tailnet.`);
  }
  return 0;
}

/** tailscaled's ID for this machine; empty if it has no tunnel. */
async function ownId(platform: Platform, socket: string): Promise<string> {
  if (socket === "") return "";
  try {
    return (await localApi(platform.net.connectUnix, socket).statusWithoutPeers(STATUS_MS)).Self?.ID ?? "";
  } catch {
    return "";
  }
}
