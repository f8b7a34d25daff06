// SPDX-License-Identifier: Apache-2.0
import "./engine.js";

export * from "./bindings/index.js";
export type { TailnetAuth, TailnetOAuthSecret } from "./tailnet-auth.js";
export { TailnetContext, type TailnetContextProps } from "./tailnet-context.js";
export { TailnetOAuthClient, type TailnetOAuthClientProps } from "./tailnet-oauth-client.js";
