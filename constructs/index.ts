// SPDX-License-Identifier: Apache-2.0
import "./engine.js";

export type { HookPhase, Phase, RunType, TokenScope } from "../contract/context/types.js";
export type { TailnetAuth, TailnetAuthMembers, TailnetOAuthSecret } from "./auth/tailnet-auth.js";
export type { TailnetFederatedAuth, TailnetIdentity } from "./auth/tailnet-federated-auth.js";
export {
  TailnetFederatedIdentity,
  type TailnetFederatedIdentityProps,
  type TailnetTrustedRuns,
} from "./auth/tailnet-federated-identity.js";
export { TailnetOAuthClient, type TailnetOAuthClientProps } from "./auth/tailnet-oauth-client.js";
/** Classes of Spacelift's provider. */
export * as spacelift from "./bindings/spacelift.js";
/** Classes of Tailscale's provider. */
export * as tailscale from "./bindings/tailscale.js";
export type { TailnetAttachment, TailnetAttachmentOptions } from "./context/tailnet-attachment.js";
export { TailnetContext } from "./context/tailnet-context.js";
export type { TailnetContextOptions, TailnetContextProps } from "./context/tailnet-context-props.js";
export type { TailnetFile } from "./context/tailnet-file.js";
export type { TailnetHook, TailnetHookPlacement } from "./context/tailnet-hook.js";
export type { TailnetTunnelOptions } from "./context/tailnet-tunnel-options.js";
export type { TailnetMetaArguments } from "./support/meta-arguments.js";
export { ValidationError } from "./support/validation-error.js";
export { Tailnet, type TailnetProps } from "./tailnet.js";
export {
  type TailnetGrant,
  TailnetPolicyFragment,
  type TailnetPolicyFragmentProps,
} from "./tailnet-policy-fragment.js";
