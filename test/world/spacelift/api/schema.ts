// SPDX-License-Identifier: Apache-2.0
import {
  buildASTSchema,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  GraphQLObjectType,
  type GraphQLSchema,
  parse,
  validate,
} from "graphql";
import type { ApiModule, Call, Resolver } from "./api-module.js";
import type { Caller } from "./caller.js";

/** One GraphQL request as clients post it. */
export interface GraphQLRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Who logs in. */
const NOBODY: Caller = { may: () => false, sees: () => false, mayAnywhere: () => false };

/** The only root field that answers without a bearer token. */
const LOGIN_FIELD = "apiKeyUser";

/**
 * Joins the modules into one executable schema.
 *
 * @throws when a resolver belongs to no field, so that a renamed field cannot lose its resolver.
 */
export function buildApiSchema(modules: readonly ApiModule[]): GraphQLSchema {
  const schema = buildASTSchema(parse(["type Query\ntype Mutation", ...modules.map(({ sdl }) => sdl)].join("\n")));
  for (const { resolvers } of modules) {
    for (const [typeName, fields] of Object.entries(resolvers)) {
      for (const [fieldName, resolver] of Object.entries(fields)) attach(schema, typeName, fieldName, resolver);
    }
  }
  return schema;
}

function attach(schema: GraphQLSchema, typeName: string, fieldName: string, resolver: Resolver): void {
  const type = schema.getType(typeName);
  const field = type instanceof GraphQLObjectType ? type.getFields()[fieldName] : undefined;
  if (field === undefined) throw new Error(`the API schema has no field ${typeName}.${fieldName} to resolve`);
  const resolve: GraphQLFieldResolver<unknown, Call> = (parent, args, call) =>
    resolver(parent as never, args as never, call);
  field.resolve = resolve;
}

/**
 * Answers one request the way Spacelift does: every error is an entry of `errors`, never another HTTP status. Unknown
 * fields, unknown or missing arguments and wrong variable types are refused by GraphQL validation; without a valid
 * token (a caller of null) everything but the login is `unauthorized`.
 */
export async function answer(
  schema: GraphQLSchema,
  { query, variables }: GraphQLRequest,
  call: Omit<Call, "caller">,
  caller: Caller | null,
): Promise<ExecutionResult> {
  try {
    const document = parse(query);
    const errors = validate(schema, document);
    if (errors.length > 0) return { errors };
    const rootFields = document.definitions.flatMap((definition) =>
      definition.kind === "OperationDefinition" ? definition.selectionSet.selections : [],
    );
    const onlyLogin = rootFields.every((field) => field.kind === "Field" && field.name.value === LOGIN_FIELD);
    if (caller === null && !onlyLogin) return { errors: [new GraphQLError("unauthorized")] };
    const contextValue: Call = { ...call, caller: caller ?? NOBODY };
    return await execute({ schema, document, variableValues: variables ?? null, contextValue });
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] };
    throw error;
  }
}
