// SPDX-License-Identifier: Apache-2.0
import type { ApiModule, Call } from "./api-module.js";

/** Login with an API key: `apiKeyUser`, the only field that needs no bearer token. */
export const apiKeyApi: ApiModule = {
  sdl: /* GraphQL */ `
    type User {
      jwt: String!
    }

    extend type Mutation {
      apiKeyUser(id: ID!, secret: String!): User
    }
  `,
  resolvers: {
    Mutation: {
      // Null is how Spacelift answers for an unknown key; the provider then says that the key id may be incorrect.
      apiKeyUser: (_: unknown, { id, secret }: { id: string; secret: string }, { login }: Call) => {
        const jwt = login(id, secret);
        return jwt === null ? null : { jwt };
      },
    },
  },
};
