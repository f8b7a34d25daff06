// SPDX-License-Identifier: Apache-2.0
import { send } from "../http.js";
import { NO_STATE, parseState, type State } from "../state/state.js";

/** Keeps states where Terraform's `http` backend would. */
export interface StateBackend {
  read(): Promise<State>;
  write(state: State): Promise<void>;
}

/**
 * The backend that `TF_HTTP_ADDRESS`, `TF_HTTP_USERNAME` and `TF_HTTP_PASSWORD` name.
 *
 * @throws when the first is missing
 */
export function httpBackend(environment: Readonly<Record<string, string | undefined>>): StateBackend {
  const { TF_HTTP_ADDRESS: address, TF_HTTP_USERNAME: name = "", TF_HTTP_PASSWORD: password = "" } = environment;
  if (!address) throw new Error("TF_HTTP_ADDRESS must name the place of the state");
  const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
  return {
    async read() {
      const { status, text } = await send("GET", address, { authorization });
      if (status === 404) return NO_STATE;
      if (status !== 200) throw new Error(`the state cannot be read: HTTP ${status}: ${text}`);
      return parseState(text);
    },
    async write(state) {
      const headers = { authorization, "content-type": "application/json" };
      const { status, text } = await send("POST", address, headers, JSON.stringify(state));
      if (status !== 200) throw new Error(`the state cannot be written: HTTP ${status}: ${text}`);
    },
  };
}
