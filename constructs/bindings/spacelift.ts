// SPDX-License-Identifier: Apache-2.0
// The classes of Spacelift's provider that belong to contexts. Others come from `cdktf get`.
export { Context, type ContextConfig } from "./generated/providers/spacelift/context/index.js";
export {
  ContextAttachment,
  type ContextAttachmentConfig,
} from "./generated/providers/spacelift/context-attachment/index.js";
export {
  EnvironmentVariable,
  type EnvironmentVariableConfig,
} from "./generated/providers/spacelift/environment-variable/index.js";
export { MountedFile, type MountedFileConfig } from "./generated/providers/spacelift/mounted-file/index.js";
export {
  SpaceliftProvider,
  type SpaceliftProviderConfig,
} from "./generated/providers/spacelift/provider/index.js";
