// SPDX-License-Identifier: Apache-2.0
export * from "./bindings/index.js";
export type { TailnetMetaArguments } from "./meta-arguments.js";
export type { TailnetAuth, TailnetOAuthSecret } from "./tailnet-auth.js";
export { TailnetContext } from "./tailnet-context.js";
export type { TailnetContextOptions, TailnetContextProps } from "./tailnet-context-props.js";
export type { TailnetFederatedAuth, TailnetIdentity } from "./tailnet-federated-auth.js";
export { TailnetFederatedIdentity, type TailnetFederatedIdentityProps } from "./tailnet-federated-identity.js";
export { TailnetOAuthClient, type TailnetOAuthClientProps } from "./tailnet-oauth-client.js";
export type { TailnetTunnelOptions } from "./tailnet-tunnel-options.js";
