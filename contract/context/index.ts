// SPDX-License-Identifier: Apache-2.0
export * from "./apply-trust.js";
export * from "./auth-rules.js";
export * from "./context-name.js";
export * from "./context-rules.js";
export * from "./delivery.js";
export * from "./engine.js";
export * from "./identity-rules.js";
export * from "./plain-secrets.js";
export * from "./problem.js";
export * from "./read.js";
export * from "./runner-image.js";
export * from "./tailnet-rules.js";
export type * from "./types.js";
export * from "./unused-key.js";
export * from "./variables.js";
