// SPDX-License-Identifier: Apache-2.0
import { TerraformProvider, Token } from "cdktf";
import type { IConstruct } from "constructs";
import type { Engine } from "../../contract/index.js";
import { META_OPTIONS, WRITE_ONLY_OPTION } from "../../contract/index.js";
import { isSensitive } from "./sensitive.js";

const CONTEXT_OPTIONS = [WRITE_ONLY_OPTION, ...META_OPTIONS];

/** Types of providers that are easily mistaken for each other. */
type ProviderType = "spacelift" | "tailscale";

/**
 * The engine as the rules see it: tokens stand for what only Terraform will know.
 *
 * @param provider type of the provider that `provider` is
 */
export function tokens(scope: IConstruct, provider: ProviderType = "spacelift"): Engine {
  return {
    unknown: "a token",
    canCompute: false,
    contextOptions: CONTEXT_OPTIONS,
    isUnknown: (value) => Token.isUnresolved(value),
    isSensitive: (value) => Token.isUnresolved(value) && isSensitive(scope, value),
    programProblem: (option, value) => programProblem(option, value, provider),
  };
}

function programProblem(option: string, value: unknown, provider: ProviderType): string | null {
  switch (option) {
    case "dependsOn":
      return Array.isArray(value) && value.every(isDependable) ? null : "must be a list of resources or the like";
    case "lifecycle":
      return typeof value === "object" && value !== null && !Array.isArray(value) ? null : "must be an object";
    case "tailscaleProvider":
      return providerProblem(value, "tailscale");
    default:
      return providerProblem(value, provider);
  }
}

function providerProblem(value: unknown, wanted: ProviderType): string | null {
  if (!TerraformProvider.isTerraformProvider(value)) return "must be a provider of this program";
  const { terraformResourceType: type } = value;
  const other = wanted === "spacelift" ? "tailscale" : "spacelift";
  return type === other ? `must be a provider for ${wanted}, not for ${other}` : null;
}

function isDependable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "fqn" in value;
}
