// SPDX-License-Identifier: Apache-2.0
import { TerraformProvider, Token } from "cdktf";
import type { IConstruct } from "constructs";
import type { Engine } from "../../contract/index.js";
import { META_OPTIONS, WRITE_ONLY_OPTION } from "../../contract/index.js";
import { isSensitive } from "./sensitive.js";

const CONTEXT_OPTIONS = [WRITE_ONLY_OPTION, ...META_OPTIONS];

/** The engine as the rules see it: tokens stand for what only Terraform will know. */
export function tokens(scope: IConstruct): Engine {
  return {
    unknown: "a token",
    canCompute: false,
    contextOptions: CONTEXT_OPTIONS,
    isUnknown: (value) => Token.isUnresolved(value),
    isSensitive: (value) => Token.isUnresolved(value) && isSensitive(scope, value),
    programProblem,
  };
}

function programProblem(option: string, value: unknown): string | null {
  switch (option) {
    case "dependsOn":
      return Array.isArray(value) && value.every(isDependable) ? null : "must be a list of resources or the like";
    case "lifecycle":
      return typeof value === "object" && value !== null && !Array.isArray(value) ? null : "must be an object";
    default:
      return TerraformProvider.isTerraformProvider(value) ? null : "must be a provider of this program";
  }
}

function isDependable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "fqn" in value;
}
