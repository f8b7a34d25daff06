// SPDX-License-Identifier: Apache-2.0
export { Account, type Change, type ChangedKind } from "./account/account.js";
export type { ConfigElement, ConfigInput, ConfigType } from "./account/config-elements.js";
export type { ContextAttachment } from "./account/context-attachments.js";
export type { Context, ContextInput } from "./account/contexts.js";
export type { Module, ModuleDefinition, ModuleSettings } from "./account/modules.js";
export type { Space, SpaceDefinition } from "./account/spaces.js";
export type { Stack, StackDefinition } from "./account/stacks.js";
export type { RunToken } from "./api/run-tokens.js";
export {
  type ApiKey,
  type RecordedRequest,
  type SpaceliftApi,
  type SpaceliftOptions,
  startSpacelift,
} from "./api/server.js";
export { HOOK_LISTS, type HookList, type Hooks } from "./hooks.js";
export { type IdentityClaims, type RunIdentity, scopeOf } from "./oidc/claims.js";
export { type IssuerSettings, type OidcIssuer, startOidcIssuer } from "./oidc/issuer.js";
export type { Plugin, PluginInput } from "./plugins/plugins.js";
export { environmentOf, mergeStrongest, type Phase, type Variable } from "./run/environment.js";
export { nestHooks, outermostFirst, strongestFirst } from "./run/nesting.js";
export {
  type AttachedContext,
  type MountedFile,
  type RunConfiguration,
  runConfiguration,
} from "./run/run-configuration.js";
export { projectConfig, type RuntimeConfig, readRuntimeConfig } from "./run/runtime-config.js";
