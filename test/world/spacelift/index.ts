// SPDX-License-Identifier: Apache-2.0
export { Account, type Change, type ChangedKind } from "./account.js";
export type { ConfigElement, ConfigInput, ConfigType } from "./config-elements.js";
export type { ContextAttachment } from "./context-attachments.js";
export type { Context, ContextInput } from "./contexts.js";
export { environmentOf, mergeStrongest, type Phase, type Variable } from "./environment.js";
export { HOOK_LISTS, type HookList, type Hooks } from "./hooks.js";
export { nestHooks, outermostFirst, strongestFirst } from "./nesting.js";
export {
  type AttachedContext,
  type MountedFile,
  type RunConfiguration,
  runConfiguration,
} from "./run-configuration.js";
export {
  type ApiKey,
  type RecordedRequest,
  type SpaceliftApi,
  type SpaceliftOptions,
  startSpacelift,
} from "./server.js";
export type { Space, SpaceDefinition } from "./spaces.js";
export type { Stack, StackDefinition } from "./stacks.js";
