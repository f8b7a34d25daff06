// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { DeployError, reasonOf } from "./errors.js";
import type { Attributes } from "./provider-schema.js";
import type { Clients } from "./resources/resource-type.js";
import { isGiven, refuseAttribute, textOrNull, texts } from "./resources/resource-type.js";
import { SpaceliftClient, type SpaceliftCredentials } from "./spacelift-client.js";
import { TailscaleClient, type TailscaleCredentials } from "./tailscale-client.js";

/** Credentials from outside the configuration; they stand for the providers' environment variables. */
export interface Credentials {
  readonly spacelift?: SpaceliftCredentials | undefined;
  /** A Spacelift token, as a run finds one in `SPACELIFT_API_TOKEN`. A complete API key goes before it. */
  readonly spaceliftToken?: string | undefined;
  readonly tailscale?: TailscaleCredentials | undefined;
}

/** Credentials from the variables that the providers read. */
export function credentialsFrom(environment: Readonly<Record<string, string | undefined>>): Credentials {
  const {
    SPACELIFT_API_KEY_ENDPOINT: endpoint,
    SPACELIFT_API_KEY_ID: keyId,
    SPACELIFT_API_KEY_SECRET: keySecret,
    SPACELIFT_API_TOKEN: spaceliftToken,
    TAILSCALE_BASE_URL: baseUrl,
    TAILSCALE_OAUTH_CLIENT_ID: clientId,
    TAILSCALE_OAUTH_CLIENT_SECRET: clientSecret,
  } = environment;
  return {
    ...(endpoint && keyId && keySecret ? { spacelift: { endpoint, keyId, keySecret } } : {}),
    ...(spaceliftToken ? { spaceliftToken } : {}),
    ...(clientId && clientSecret ? { tailscale: { clientId, clientSecret, ...(baseUrl ? { baseUrl } : {}) } } : {}),
  };
}

/**
 * Clients for the provider blocks of a configuration. What a block gives wins over the credentials from outside, as it
 * does over environment variables. Nothing is contacted before a client is used.
 *
 * @throws {@link DeployError} when a block holds a way to log in that this loader does not know.
 */
export function configureClients(blocks: ReadonlyMap<string, Attributes>, credentials: Credentials): Clients {
  const spacelift = blocks.get("spacelift") ?? {};
  const tailscale = blocks.get("tailscale") ?? {};
  return {
    spacelift: once("provider.spacelift", () => connectSpacelift(spacelift, credentials)),
    tailscale: once("provider.tailscale", async () => connectTailscale(tailscale, credentials.tailscale)),
  };
}

/** A complete API key wins over a token, wherever its three parts come from. */
async function connectSpacelift(
  block: Attributes,
  { spacelift: outside, spaceliftToken }: Credentials,
): Promise<SpaceliftClient> {
  const endpoint = textOrNull(block, "api_key_endpoint") || outside?.endpoint;
  const keyId = textOrNull(block, "api_key_id") || outside?.keyId;
  const keySecret = textOrNull(block, "api_key_secret") || outside?.keySecret;
  if (endpoint && keyId && keySecret) return SpaceliftClient.login({ endpoint, keyId, keySecret });
  const token = textOrNull(block, "api_token") || spaceliftToken;
  if (token) return SpaceliftClient.withToken(token);
  throw new Error("give an API key (endpoint, id and secret) or a token: api_token or SPACELIFT_API_TOKEN");
}

function connectTailscale(block: Attributes, outside: TailscaleCredentials | undefined): TailscaleClient {
  for (const name of ["api_key", "identity_token", "identity_token_environment_variable_name", "audience"]) {
    refuseAttribute(block, name);
  }
  const clientId = fileOrText(textOrNull(block, "oauth_client_id") ?? outside?.clientId);
  const clientSecret = fileOrText(textOrNull(block, "oauth_client_secret") ?? outside?.clientSecret);
  if (!clientId || !clientSecret) throw new Error("give oauth_client_id and oauth_client_secret");
  const baseUrl = textOrNull(block, "base_url") ?? outside?.baseUrl;
  const tailnet = textOrNull(block, "tailnet");
  const userAgent = textOrNull(block, "user_agent");
  return new TailscaleClient(
    { clientId, clientSecret, ...(baseUrl === undefined ? {} : { baseUrl }) },
    {
      ...(tailnet === null ? {} : { tailnet }),
      ...(userAgent === null ? {} : { userAgent }),
      ...(isGiven(block, "scopes") ? { scopes: texts(block, "scopes") } : {}),
    },
  );
}

/** The provider reads a value that begins with `file:` from that file. */
function fileOrText(value: string | undefined): string | undefined {
  return value?.startsWith("file:") ? readFileSync(value.slice("file:".length), "utf8").trim() : value;
}

function once<T>(address: string, connect: () => Promise<T>): () => Promise<T> {
  let connected: Promise<T> | undefined;
  return () => {
    connected ??= connect().catch((error: unknown) => {
      throw error instanceof DeployError ? error : new DeployError(address, reasonOf(error), { cause: error });
    });
    return connected;
  };
}
