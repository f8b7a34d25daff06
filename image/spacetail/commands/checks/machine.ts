// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { parseHostPort } from "../../../../contract/wire/addresses.js";
import { readSettings } from "../../../../contract/wire/settings.js";
import { VERSION } from "../../../../contract/wire/version.js";
import { resolve } from "../../egress/dial.js";
import { egressOf } from "../../egress/egress.js";
import { readUpstream } from "../../egress/upstream.js";
import { errorCode } from "../../errors/failure.js";
import { printable } from "../../errors/printable.js";
import { deadlineIn, within } from "../../process/clock.js";
import { findProgram } from "../../process/programs.js";
import { proxiesOfRun } from "../../proxies/proxy-record.js";
import { ensureRuntimeDir, findRuntimeDir } from "../../tunnel/place.js";
import { find } from "../../tunnel/state.js";
import { type Finding, known, ok, skip, type Visit } from "./row.js";

/** The oldest tailscaled that looks names up for programs in userspace mode: LocalAPI's dns-query. */
const OLDEST = "1.96";

/** How long a program may take to print its version. Milliseconds. */
const VERSION_MS = 30_000;

/** How long the name server may take for the name of a listener. Milliseconds. */
const LOOKUP_MS = 10_000;

/** The programs of the runner image. */
export async function executables({ platform, env }: Visit): Promise<Finding> {
  const found: string[] = [];
  for (const name of ["tailscaled", "tailscale"]) {
    const program = findProgram(name, platform.command, env.PATH ?? "");
    if (program === "") throw new Error(`Cannot find ${name} next to spacetail or on PATH`);
    found.push(program);
  }
  return ok(found.join(", "));
}

/** Whether tailscaled runs, and is not too old. */
export async function versions({ platform, env }: Visit): Promise<Finding> {
  const program = findProgram("tailscaled", platform.command, env.PATH ?? "");
  const text = await outputOf([program, "--version"]);
  if (text === null) throw new Error(`${program} did not print its version for ${VERSION_MS / 1000} s`);
  const version = (text.split("\n")[0] ?? "").trim();
  if (partsOf(version).length < 2) throw new Error(`${program} cannot be used (${printable(text.trim())})`);
  if (isOlder(version, OLDEST)) throw new Error(`${program} has version ${version}, which is older than ${OLDEST}`);
  return ok(`spacetail ${VERSION}, tailscaled ${version}`);
}

/** The environment variables. */
export async function settings({ platform, env, facts }: Visit): Promise<Finding> {
  const found = readSettings(env);
  facts.settings = found;
  const upstream = readUpstream(proxiesOfRun(found, env), [found.httpProxy, found.socks5Server]);
  const [problem] = upstream.problems;
  if (problem !== undefined) throw new Error(problem);
  facts.egress = egressOf(platform, upstream);
  return ok(`control server ${found.controlUrl}, API ${found.apiUrl}`);
}

/** Where the tunnel keeps its files. */
export async function directory({ platform, env }: Visit): Promise<Finding> {
  return ok(ensureRuntimeDir(platform, env).path);
}

/** Whether the proxies can listen, or do so already. */
export async function ports({ platform, env, facts }: Visit): Promise<Finding> {
  const { httpProxy, socks5Server } = known(facts.settings);
  if (httpProxy === "") return skip("the tunnel has no proxies");
  const names = httpProxy === socks5Server ? httpProxy : `${httpProxy} and ${socks5Server}`;
  if (find(findRuntimeDir(platform, env)).found === "up") return ok(`the tunnel is up and has ${names}`);
  for (const address of [httpProxy, socks5Server]) {
    const at = parseHostPort(address) ?? { host: address, port: 0 };
    const limit = deadlineIn(LOOKUP_MS);
    const ips = at.host === "localhost" ? ["127.0.0.1", "::1"] : await resolve(platform.net, at.host, limit);
    for (const ip of ips) {
      try {
        (await platform.net.listen(ip, at.port, (connection) => connection.close())).close();
      } catch (error) {
        // Without IPv6 nobody else can have the port there either.
        if (ip === "::1" && errorCode(error) !== "EADDRINUSE") continue;
        throw new Error(`Cannot listen on ${ip} port ${at.port} (${errorCode(error)})`);
      }
    }
  }
  return ok(`${names} are free`);
}

/** What a program prints on both of its streams; null if it takes too long. */
async function outputOf(argv: readonly string[]): Promise<string | null> {
  const child = spawn(argv[0] ?? "", argv.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  const add = (data: Buffer): void => {
    text += data.toString("utf8");
  };
  const ended = new Promise<string | null>((resolve) => {
    child.on("error", (error: Error) => resolve(error.message));
    child.on("close", () => resolve(text));
  });
  if (child.stdout !== null) child.stdout.on("data", add);
  if (child.stderr !== null) child.stderr.on("data", add);
  const output = await within<string>(ended, VERSION_MS);
  if (output === null) child.kill("SIGKILL");
  return output;
}

/** The numbers at the beginning of a version; none if it is not one. */
function partsOf(version: string): number[] {
  const parts: number[] = [];
  for (const part of (version.split("-")[0] ?? "").split(".")) {
    const number = Number(part);
    if (part === "" || !Number.isInteger(number)) return [];
    parts.push(number);
  }
  return parts;
}

function isOlder(version: string, oldest: string): boolean {
  const [a, b] = [partsOf(version), partsOf(oldest)];
  for (let i = 0; i < b.length; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
