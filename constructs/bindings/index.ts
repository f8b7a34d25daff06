// SPDX-License-Identifier: Apache-2.0
// The generated classes that the constructs build on, one by one: the generated index files would load all of them.
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
export {
  FederatedIdentity,
  type FederatedIdentityConfig,
} from "./generated/providers/tailscale/federated-identity/index.js";
export { OauthClient, type OauthClientConfig } from "./generated/providers/tailscale/oauth-client/index.js";
export {
  TailscaleProvider,
  type TailscaleProviderConfig,
} from "./generated/providers/tailscale/provider/index.js";
