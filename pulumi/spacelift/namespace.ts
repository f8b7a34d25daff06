// SPDX-License-Identifier: Apache-2.0
import * as sdk from "./index.js";

/**
 * Spacelift's resources, as far as the components need them, by Spacelift's Terraform provider: to give components a
 * provider of your own (`new spacelift.Provider(...)`), and as the types of what components made.
 */
// Of all ways to export a namespace this is the only one whose comment editors show.
export namespace spacelift {
  export import Context = sdk.Context;
  export import ContextAttachment = sdk.ContextAttachment;
  export import EnvironmentVariable = sdk.EnvironmentVariable;
  export import MountedFile = sdk.MountedFile;
  export import Provider = sdk.Provider;
  export type ContextArgs = sdk.ContextArgs;
  export type ContextAttachmentArgs = sdk.ContextAttachmentArgs;
  export type EnvironmentVariableArgs = sdk.EnvironmentVariableArgs;
  export type MountedFileArgs = sdk.MountedFileArgs;
  export type ProviderArgs = sdk.ProviderArgs;
}
