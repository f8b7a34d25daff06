// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from "node:util";
import { send } from "../../world/deploy/http.js";
import { GOLDEN_OAUTH_CLIENT, type GoldenTailscaleStep } from "./golden.js";
import { differences } from "./shape.js";

/** An OAuth client that may create others and federated identities with `tag:spacelift` (scope `all`). */
export interface ReplayCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Replays what the Tailscale provider sends in the life of an OAuth client, or of what else was recorded, against an
 * API, with that API's own ids and tokens: token, create, read, update, delete, and a read of what is gone.
 *
 * @param apiUrl the base URL, without `/api/v2`
 * @returns every difference from the recorded answers, one line each; empty when the API is faithful
 */
export async function replayTailscale(
  apiUrl: string,
  credentials: ReplayCredentials,
  steps: readonly GoldenTailscaleStep[] = GOLDEN_OAUTH_CLIENT,
): Promise<readonly string[]> {
  const found: string[] = [];
  const known = {
    credentials: Buffer.from(`${credentials.clientId}:${credentials.clientSecret}`).toString("base64"),
    token: "",
    id: "",
    client: "spacetail-replay",
  };
  for (const step of steps) {
    const fill = (text: string) => text.replace(/<(\w+)>/g, (_, name: keyof typeof known) => known[name]);
    const headers = Object.fromEntries(Object.entries(step.headers).map(([name, value]) => [name, fill(value)]));
    const body = typeof step.body === "object" ? JSON.stringify(step.body) : step.body;
    const { status, text } = await send(step.method, apiUrl.replace(/\/$/, "") + fill(step.path), headers, body);
    const answer = parse(text);
    found.push(...compare(step, status, answer).map((difference) => `${step.name}: ${difference}`));
    if (step.name === "token") known.token = field(answer, "access_token");
    if (step.name === "create") known.id = field(answer, "id");
    // Without these nothing that follows would mean anything.
    if (known.token === "" || (step.name === "create" && known.id === "")) return found;
  }
  return found;
}

function compare(step: GoldenTailscaleStep, status: number, answer: unknown): readonly string[] {
  const wrong = status === step.status ? [] : [`status ${status} instead of ${step.status}: ${JSON.stringify(answer)}`];
  const shape = step.response === undefined ? [] : differences(step.response, answer, "allowed");
  if (wrong.length > 0 || shape.length > 0) return [...wrong, ...shape];
  const fields = new Map(Object.entries((answer as object | null) ?? {}));
  const values = Object.entries(step.values ?? {}).flatMap(([name, expected]) =>
    isDeepStrictEqual(asSet(fields.get(name)), asSet(expected))
      ? []
      : [`$.${name}: ${JSON.stringify(fields.get(name))} instead of ${JSON.stringify(expected)}`],
  );
  const present = (step.absent ?? []).filter((name) => (fields.get(name) ?? "") !== "");
  const times = ["created", "updated"].filter((name) => {
    const time = fields.get(name);
    return time !== undefined && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(String(time));
  });
  return [
    ...values,
    ...present.map((name) => `$.${name}: must not be there`),
    ...times.map((name) => `$.${name}: ${String(fields.get(name))} is not an RFC 3339 time`),
  ];
}

function asSet(value: unknown): unknown {
  return Array.isArray(value) ? [...value].sort() : value;
}

function field(answer: unknown, name: string): string {
  const value = new Map(Object.entries((answer as object | null) ?? {})).get(name);
  return typeof value === "string" ? value : "";
}

/** JSON if it is some, else the text: a body that is not JSON is a difference the shape will show. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
