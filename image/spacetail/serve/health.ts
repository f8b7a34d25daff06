// SPDX-License-Identifier: Apache-2.0
import { errorMessage } from "../errors/failure.js";
import type { LocalApi } from "../tailnet/local-api.js";
import { selfOf } from "../tailnet/status.js";
import type { Answer, Pages } from "./local-pages.js";

/** How long tailscaled may take to answer; those who ask wait a second or more. Milliseconds. */
const ANSWER_MS = 3000;

/**
 * The pages that the settings ask for, by the paths that containerboot gives them.
 *
 * @param api of the tailscaled that runs now
 * @param trouble why the node is off the tailnet; empty while it is on it
 */
export function pagesOf(
  wanted: { readonly healthCheck: boolean; readonly metrics: boolean },
  api: () => LocalApi | null,
  trouble: () => string,
): Pages {
  const pages: Record<string, () => Promise<Answer>> = {};
  if (wanted.healthCheck) pages["/healthz"] = () => health(api(), trouble());
  if (wanted.metrics) pages["/metrics"] = () => metrics(api());
  return pages;
}

/** 200 while the node is on the tailnet. That its control server cannot be reached changes nothing. */
async function health(api: LocalApi | null, trouble: string): Promise<Answer> {
  if (api === null) return unhealthy("tailscaled is not running");
  if (trouble !== "") return unhealthy(trouble);
  try {
    const status = await api.statusWithoutPeers(ANSWER_MS);
    if (status.BackendState !== "Running") return unhealthy(`tailscaled is in the state ${status.BackendState}`);
    return selfOf(status).addresses.length === 0 ? unhealthy("the node has no address") : { status: 200, body: "ok" };
  } catch {
    return unhealthy("tailscaled does not answer");
  }
}

async function metrics(api: LocalApi | null): Promise<Answer> {
  if (api === null) return unhealthy("tailscaled is not running");
  try {
    return { status: 200, body: await api.metrics(ANSWER_MS) };
  } catch (error) {
    return unhealthy(errorMessage(error));
  }
}

function unhealthy(why: string): Answer {
  return { status: 503, body: `${why}\n` };
}
