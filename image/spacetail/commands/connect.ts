// SPDX-License-Identifier: Apache-2.0
import { formatHostPort, type HostPort, parseHostPort } from "../../../contract/wire/addresses.js";
import { errorCode, Failure } from "../errors/failure.js";
import type { Connection } from "../platform/net.js";
import type { Platform } from "../platform/platform.js";
import { isTerminalError } from "../process/terminal.js";
import { connectThrough } from "../tunnel/connect-through.js";
import { findRuntimeDir } from "../tunnel/place.js";
import { startProgress } from "../tunnel/progress.js";
import { find, readLaunch } from "../tunnel/state.js";
import type { Invocation } from "./invocation.js";

/**
 * `spacetail connect HOST PORT`: connects standard input and output to a service, as ssh's ProxyCommand requires.
 *
 * The connection ends when the service ends it. The end of the input is not passed on: a tailscaled without our call
 * closes a connection in both directions when one of them ends, and an answer that comes later would be lost.
 */
export async function connect({ platform, env, args }: Invocation): Promise<number> {
  const target = targetOf(args);
  const dir = findRuntimeDir(platform, env);
  const launch = readLaunch(dir);
  if (find(dir).found !== "up" || launch === null) {
    throw new Failure(`Cannot reach ${formatHostPort(target)}: the tunnel is down. Run \`spacetail up\` first.`);
  }
  const progress = startProgress(isTerminalError(env));
  progress.waitFor(formatHostPort(target));
  const work = connectThrough(platform.net, launch.httpProxy, target);
  const { connection, early } = await work.finally(() => progress.end());
  const problem = await pass(platform, connection, early);
  if (problem !== "") throw new Failure(`The connection to ${formatHostPort(target)} was cut (${problem}).`);
  return 0;
}

function targetOf(args: readonly string[]): HostPort {
  const [host = "", port = ""] = args;
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  const target = args.length === 2 ? parseHostPort(`${name}:${port}`) : args.length === 1 ? parseHostPort(host) : null;
  if (target === null) {
    throw new Failure("`spacetail connect` takes a host and a port, as in `spacetail connect db 5432`.");
  }
  return target;
}

/** Passes bytes in both directions until the service ends. Returns the code of the error that ended it, or nothing. */
async function pass(platform: Platform, connection: Connection, early: Buffer): Promise<string> {
  const stdio = platform.stdio();
  let problem = "";
  const receive = async (): Promise<void> => {
    try {
      if (early.length > 0) await stdio.write(early);
      await copy(connection, stdio);
    } catch (error) {
      problem = errorCode(error);
    }
  };
  const send = async (): Promise<void> => {
    try {
      await copy(stdio, connection);
    } catch {
      // The service has closed the connection, which `receive` notices when it has read the rest.
    }
  };
  void send();
  await receive();
  connection.close();
  await stdio.finish();
  return problem;
}

async function copy(from: Pick<Connection, "read">, to: Pick<Connection, "write">): Promise<void> {
  for (;;) {
    const bytes = await from.read();
    if (bytes === null) return;
    await to.write(bytes);
  }
}
