// SPDX-License-Identifier: Apache-2.0
import { send } from "./http.js";

/** An API key and where to log in with it. */
export interface SpaceliftCredentials {
  /** The account's URL, without `/graphql`. */
  readonly endpoint: string;
  readonly keyId: string;
  readonly keySecret: string;
}

/** Variables of one operation. */
export type Variables = Readonly<Record<string, unknown>>;

/** The release of the provider whose calls this loader repeats. */
const PROVIDER_VERSION = "1.53.5";

const REFUSED =
  "Note: the stack's role may override space-level permissions. Also ensure you provided a space ID, not a space name";

const LOGIN = "mutation($id:ID!$secret:String!){apiKeyUser(id: $id, secret: $secret){jwt}}";

/**
 * Speaks to Spacelift's GraphQL API the way the Terraform provider does: the operation's name in a header, errors in
 * the answer's `errors`.
 */
export class SpaceliftClient {
  readonly #url: string;
  readonly #token: string;

  private constructor(endpoint: string, token: string) {
    this.#url = `${endpoint}/graphql`;
    this.#token = token;
  }

  /**
   * Logs in with an API key. Every later call goes to the audience of the token, not to the endpoint given here.
   *
   * @throws when the key is refused.
   */
  static async login({ endpoint, keyId, keySecret }: SpaceliftCredentials): Promise<SpaceliftClient> {
    const url = `${endpoint.replace(/\/$/, "")}/graphql`;
    const variables = { id: keyId, secret: keySecret };
    const { apiKeyUser } = await post<{ apiKeyUser: { jwt: string } | null }>(url, {}, LOGIN, variables);
    if (apiKeyUser === null) throw new Error("Spacelift knows no such API key; check the key id");
    return SpaceliftClient.withToken(apiKeyUser.jwt);
  }

  /**
   * Uses a token as it is, like the one inside a run.
   *
   * @throws when the token is not a JSON Web Token with exactly one audience.
   */
  static withToken(token: string): SpaceliftClient {
    return new SpaceliftClient(audienceOf(token), token);
  }

  /**
   * Runs a query. Null stands for what does not exist; so does an error that says "not found", which the provider
   * swallows in queries.
   *
   * @throws on every other error.
   */
  async query<Data>(name: string, query: string, variables?: Variables): Promise<Data | null> {
    try {
      return await this.#call<Data>({ "spacelift-graphql-query": name }, query, variables);
    } catch (error) {
      if (error instanceof Error && error.message.includes("not found")) return null;
      throw error;
    }
  }

  /** Runs a mutation. @throws on every error. To a refusal it adds what the provider adds. */
  async mutate<Data>(name: string, query: string, variables: Variables): Promise<Data> {
    try {
      return await this.#call<Data>({ "spacelift-graphql-mutation": name }, query, variables);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes("unauthorized")) throw error;
      throw new Error(`${error.message} - ${REFUSED}`, { cause: error });
    }
  }

  #call<Data>(operation: Record<string, string>, query: string, variables?: Variables): Promise<Data> {
    const headers = {
      authorization: `Bearer ${this.#token}`,
      "spacelift-client-type": "provider",
      "spacelift-provider-commit": "dev",
      "spacelift-provider-version": PROVIDER_VERSION,
      ...operation,
    };
    return post<Data>(this.#url, headers, query, variables);
  }
}

async function post<Data>(url: string, headers: object, query: string, variables?: Variables): Promise<Data> {
  const body = JSON.stringify({ query, variables });
  const { status, text } = await send("POST", url, { "content-type": "application/json", ...headers }, body);
  if (status !== 200) throw new Error(`POST ${url}: HTTP ${status}: ${text}`);
  const { data, errors } = JSON.parse(text) as { data?: Data; errors?: readonly { message: string }[] };
  if (errors !== undefined && errors.length > 0) throw new Error(errors.map(({ message }) => message).join(", "));
  if (data === undefined) throw new Error(`POST ${url}: the answer has neither data nor errors: ${text}`);
  return data;
}

function audienceOf(token: string): string {
  const parts = token.split(".");
  if (parts.length !== 3 || parts.some((part) => !/^[A-Za-z0-9_-]+$/.test(part))) {
    throw new Error("the Spacelift token is not a JSON Web Token: three base64url parts were expected");
  }
  const { aud } = JSON.parse(Buffer.from(parts[1] ?? "", "base64url").toString("utf8")) as { aud?: string | string[] };
  const [audience, ...more] = [aud ?? []].flat();
  if (audience === undefined || more.length > 0) {
    throw new Error(`the Spacelift token must name exactly one audience, but names ${JSON.stringify(aud)}`);
  }
  return audience;
}
