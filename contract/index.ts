// SPDX-License-Identifier: Apache-2.0
export * from "./addresses.js";
export * from "./characters.js";
export * from "./checks.js";
export * from "./duration.js";
export * from "./environment.js";
export * from "./escape.js";
export * from "./federation.js";
export * from "./flags.js";
export * from "./hook-text.js";
export * from "./hooks.js";
export * from "./labels.js";
export * from "./parse.js";
export * from "./phases.js";
export * from "./proxy-variables.js";
export * from "./settings.js";
export * from "./shell.js";
export * from "./shell-scan.js";
