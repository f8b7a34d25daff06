// SPDX-License-Identifier: Apache-2.0
export * from "./command.js";
export * from "./container.js";
export * from "./definition.js";
export * from "./environment-file.js";
export * from "./log.js";
export { containerSupport, findExecutable, type Namespaces, namespacesSupport, RUNNER_UID } from "./namespaces.js";
export * from "./phase-line.js";
export * from "./processes.js";
export * from "./result.js";
export * from "./run.js";
export * from "./upload-target.js";
export type { StandardInput } from "./worker-protocol.js";
