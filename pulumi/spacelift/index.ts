// SPDX-License-Identifier: Apache-2.0
export { Context, type ContextArgs } from "./context.js";
export { ContextAttachment, type ContextAttachmentArgs } from "./context-attachment.js";
export { EnvironmentVariable, type EnvironmentVariableArgs } from "./environment-variable.js";
export { MountedFile, type MountedFileArgs } from "./mounted-file.js";
export { Provider, type ProviderArgs } from "./provider.js";
