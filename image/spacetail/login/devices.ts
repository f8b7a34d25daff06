// SPDX-License-Identifier: Apache-2.0
import { Failure } from "../errors/failure.js";
import { remaining } from "../process/clock.js";
import { statusText } from "./api-errors.js";
import { accessToken, openApi } from "./auth-key.js";
import { type ApiReply, send } from "./https.js";
import type { Login } from "./login.js";

/** The API's list of a large tailnet: about a kilobyte for each machine. Bytes. */
const LONGEST_LIST = 32 << 20;

/** A machine in the API's list. */
interface Device {
  /** Which the API takes and tailscaled knows. */
  readonly nodeId?: string | null;
  /** The full name. */
  readonly name?: string | null;
}

interface DeviceList {
  readonly devices?: readonly Device[] | null;
}

/**
 * Removes the machines of the tailnet that have a name, so that it is free.
 *
 * @param name the first part of the full name
 * @param own the machine that stays, by tailscaled's ID for it; empty for none
 * @returns the full names of those that were removed
 * @throws Failure if the API refuses or does not answer
 */
export async function removeDevices(login: Login, name: string, own: string): Promise<string[]> {
  const authorization = `Bearer ${await accessToken(openApi(login))}`;
  const list = await ask(login, authorization, "GET", "/api/v2/tailnet/-/devices");
  const { devices } = JSON.parse(list.body) as DeviceList;
  const removed: string[] = [];
  for (const device of devices ?? []) {
    const [id, fullName] = [device.nodeId ?? "", device.name ?? ""];
    if (id === "" || id === own || fullName.split(".")[0] !== name) continue;
    await ask(login, authorization, "DELETE", `/api/v2/device/${encodeURIComponent(id)}`);
    removed.push(fullName);
  }
  return removed;
}

async function ask(login: Login, authorization: string, method: "GET" | "DELETE", path: string): Promise<ApiReply> {
  const { platform, egress, key, deadline } = login;
  const reply = await send(platform, egress, {
    method,
    baseUrl: key.apiUrl,
    path,
    contentType: "",
    authorization,
    body: "",
    timeoutMs: Math.max(1, remaining(deadline)),
    longest: LONGEST_LIST,
  });
  // Somebody else may have removed it meanwhile.
  if (reply.status === 200 || (method === "DELETE" && reply.status === 404)) return reply;
  if (reply.status === 0) throw new Failure(`The API at ${key.apiUrl} cannot be reached (${reply.detail}).`);
  const what = method === "GET" ? "list machines" : "remove a machine";
  const isRefused = reply.status === 401 || reply.status === 403;
  const advice = isRefused ? "Give the client the devices:core scope." : "Try again later.";
  throw new Failure(`Tailscale refused to ${what} (${statusText(reply)}). ${advice}`);
}
