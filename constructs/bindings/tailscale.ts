// SPDX-License-Identifier: Apache-2.0
// The classes of Tailscale's provider that create logins. Others come from `cdktf get`.
export {
  FederatedIdentity,
  type FederatedIdentityConfig,
} from "./generated/providers/tailscale/federated-identity/index.js";
export { OauthClient, type OauthClientConfig } from "./generated/providers/tailscale/oauth-client/index.js";
export {
  TailscaleProvider,
  type TailscaleProviderConfig,
} from "./generated/providers/tailscale/provider/index.js";
