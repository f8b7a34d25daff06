// SPDX-License-Identifier: Apache-2.0
// The classes of Tailscale's provider that create logins. Others come from `cdktf get`.
export * from "./generated/providers/tailscale/federated-identity/index.js";
export * from "./generated/providers/tailscale/oauth-client/index.js";
export * from "./generated/providers/tailscale/provider/index.js";
