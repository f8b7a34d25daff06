// SPDX-License-Identifier: Apache-2.0
export * from "./apply-trust.js";
export * from "./attachment-problems.js";
export * from "./auth-problems.js";
export * from "./context-problems.js";
export * from "./environment-problems.js";
export * from "./file-problems.js";
export * from "./hook-problems.js";
export * from "./identity-problems.js";
export * from "./rules.js";
export * from "./tailnet-problems.js";
export * from "./tunnel-problems.js";
export * from "./variables.js";
