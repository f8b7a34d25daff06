// SPDX-License-Identifier: Apache-2.0
import { send } from "../../world/deploy/http.js";
import type { SpaceliftApi } from "../../world/spacelift/index.js";
import { goldenOperation } from "./golden.js";

/** An answer of the GraphQL API. */
export interface Answer {
  readonly status: number;
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string }[];
}

/** Posts one operation. */
export async function post(url: string, token: string | null, query: string, variables?: object): Promise<Answer> {
  const headers = {
    "content-type": "application/json",
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
  const { status, text } = await send("POST", `${url}/graphql`, headers, JSON.stringify({ query, variables }));
  return { status, ...JSON.parse(text) };
}

/** A bearer token for the API's own key. */
export async function logIn({ url, credentials }: SpaceliftApi): Promise<string> {
  const variables = { id: credentials.keyId, secret: credentials.keySecret };
  const { data } = await post(url, null, goldenOperation("Login").query, variables);
  return (data as { apiKeyUser: { jwt: string } }).apiKeyUser.jwt;
}

/** The provider's own operation of that name, sent to the API. */
export function sender(url: string, token: string): (operation: string, variables: object) => Promise<Answer> {
  return (operation, variables) => post(url, token, goldenOperation(operation).query, variables);
}

/** The messages of an answer's errors. */
export function messages({ errors = [] }: Answer): readonly string[] {
  return errors.map(({ message }) => message);
}
