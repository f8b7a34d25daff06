// SPDX-License-Identifier: Apache-2.0
import { send } from "./http.js";

/** An OAuth client that may call Tailscale's API. */
export interface TailscaleCredentials {
  /** @default "https://api.tailscale.com" */
  readonly baseUrl?: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What the provider's block may add. */
export interface TailscaleSettings {
  /** @default "-", the tailnet of the credentials */
  readonly tailnet?: string;
  /** The scopes to ask for. @default none: all the client has */
  readonly scopes?: readonly string[];
  readonly userAgent?: string;
}

/** An error Tailscale's API answered with. */
export class TailscaleApiError extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(`${message} (${status})`);
    this.status = status;
  }
}

/** Speaks to Tailscale's API v2 the way the Terraform provider does: an OAuth token first, then Bearer. */
export class TailscaleClient {
  readonly #api: string;
  readonly #credentials: TailscaleCredentials;
  readonly #settings: TailscaleSettings;
  #token: { readonly value: string; readonly expires: number } | null = null;

  constructor(credentials: TailscaleCredentials, settings: TailscaleSettings = {}) {
    this.#api = `${(credentials.baseUrl ?? "https://api.tailscale.com").replace(/\/$/, "")}/api/v2`;
    this.#credentials = credentials;
    this.#settings = settings;
  }

  /**
   * Calls one endpoint below `/api/v2/tailnet/<tailnet>/`; the answer is null when its body is empty.
   *
   * @throws {@link TailscaleApiError} when the API refuses.
   */
  async call<Data>(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: object): Promise<Data | null> {
    const headers = {
      authorization: `Bearer ${await this.#accessToken()}`,
      "user-agent": this.#settings.userAgent ?? "spacetail-deploy",
      ...(body === undefined ? { accept: "application/json" } : { "content-type": "application/json" }),
    };
    const url = `${this.#api}/tailnet/${encodeURIComponent(this.#settings.tailnet ?? "-")}/${path}`;
    const { status, text } = await send(method, url, headers, body === undefined ? undefined : JSON.stringify(body));
    if (status >= 400) throw new TailscaleApiError(errorMessage(text), status);
    return text === "" ? null : (JSON.parse(text) as Data | null);
  }

  async #accessToken(): Promise<string> {
    if (this.#token !== null && this.#token.expires > Date.now()) return this.#token.value;
    const { clientId, clientSecret } = this.#credentials;
    const { scopes = [] } = this.#settings;
    const form = new URLSearchParams({ grant_type: "client_credentials" });
    if (scopes.length > 0) form.set("scope", scopes.join(" "));
    // RFC 6749, 2.3.1: id and secret are form-encoded before they become user name and password.
    const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString("base64");
    const headers = { authorization: `Basic ${basic}`, "content-type": "application/x-www-form-urlencoded" };
    const { status, text } = await send("POST", `${this.#api}/oauth/token`, headers, form.toString());
    if (status !== 200)
      throw new TailscaleApiError(`Tailscale refused the OAuth client: ${errorMessage(text)}`, status);
    const { access_token: value, expires_in: seconds } = JSON.parse(text) as {
      access_token: string;
      expires_in: number;
    };
    this.#token = { value, expires: Date.now() + (seconds - 10) * 1000 };
    return value;
  }
}

function errorMessage(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === "string") return message;
  } catch {
    // Not JSON: the text says more than a complaint about it would.
  }
  return text;
}
