// SPDX-License-Identifier: Apache-2.0
import { broken } from "../../contract/context/rules.js";
import { TUNNEL_RULES } from "../../contract/context/tunnel-problems.js";
import { withoutTokens } from "../support/rules.js";
import type { TailnetTunnelOptions } from "./tailnet-tunnel-options.js";

/** What is wrong with the options, or null. */
export function tunnelProblem(options: TailnetTunnelOptions): string | null {
  for (const name in TUNNEL_RULES) {
    const option = name as keyof typeof TUNNEL_RULES;
    const value = options[option];
    // Nearly all options are left to their defaults nearly always.
    if (value === undefined) continue;
    const problem = broken(option, TUNNEL_RULES[option](withoutTokens(value)), value);
    if (problem !== null) return problem;
  }
  return null;
}
