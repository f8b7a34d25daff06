// SPDX-License-Identifier: Apache-2.0
import "./engine.js";

/** Tailscale's resources, from `@pulumi/tailscale`. */
export * as tailscale from "@pulumi/tailscale";
export type { TailnetAuth, TailnetOAuthSecret } from "./auth/tailnet-auth.js";
export type { TailnetFederatedAuth, TailnetIdentity } from "./auth/tailnet-federated-auth.js";
export {
  TailnetFederatedIdentity,
  type TailnetFederatedIdentityArgs,
  type TailnetTrustedRuns,
} from "./auth/tailnet-federated-identity.js";
export { TailnetOAuthClient, type TailnetOAuthClientArgs } from "./auth/tailnet-oauth-client.js";
export type { TailnetAttachment, TailnetAttachmentOptions } from "./context/tailnet-attachment.js";
export { TailnetContext } from "./context/tailnet-context.js";
export type { TailnetContextArgs, TailnetContextOptions } from "./context/tailnet-context-args.js";
export type { TailnetFile } from "./context/tailnet-file.js";
export type { TailnetHook } from "./context/tailnet-hook.js";
export type { TailnetTunnelArgs } from "./context/tailnet-tunnel-args.js";
export { spacelift } from "./spacelift/namespace.js";
export { ValidationError } from "./support/validation-error.js";
export { Tailnet, type TailnetArgs, type TailnetGrant } from "./tailnet.js";
