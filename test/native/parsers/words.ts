// SPDX-License-Identifier: Apache-2.0
import type { Environment } from "../../../contract/wire/environment.js";
import { readSettings } from "../../../contract/wire/settings.js";
import { readUpstream } from "../../../image/spacetail/egress/upstream.js";
import { described, type Target } from "./target.js";

/** Settings, as variables with a NUL behind each. */
export const settings: Target = {
  name: "settings",
  run: async (input) => {
    const env: Record<string, string | undefined> = {};
    for (const record of input.toString("utf8").split("\0")) {
      const equals = record.indexOf("=");
      if (equals > 0) env[record.slice(0, equals)] = record.slice(equals + 1);
    }
    const { tunnel, http, bypass, problems } = readUpstream(env, ["localhost:8080"]);
    const proxies = [tunnel, http].map((one) => (one === null ? "none" : `${one.scheme} ${one.host} ${one.port}`));
    const skipped = ["db.corp.test", "10.1.2.3", "::1"].map((host) => `${bypass(host, 443)}`);
    const out = `${proxies.concat(skipped).join(" ")} ${problems.length}`;
    return `${out} ${understood(env)}`;
  },
};

function understood(env: Environment): string {
  try {
    const found = readSettings(env);
    const { credential, controlUrl, apiUrl, bootTimeoutMs, waitFor, forwards, tags, tailscaledArgs } = found;
    const targets = waitFor.map(({ host, port }) => `${host} ${port}`);
    const ports = forwards.map(({ port, target }) => `${port} ${target.host} ${target.port}`);
    const lists = [targets, ports, tags, tailscaledArgs].map((list) => list.join(","));
    return `${credential} ${controlUrl} ${apiUrl} ${bootTimeoutMs} ${lists.join(" ")} ${found.hostname} ${found.exitNode}`;
  } catch (error) {
    const text = described(error);
    if (!text.startsWith("SettingsError: ")) throw error;
    return text;
  }
}
