// SPDX-License-Identifier: Apache-2.0
export * from "./container/command.js";
export * from "./container/container.js";
export {
  containerSupport,
  findExecutable,
  type Namespaces,
  namespacesSupport,
  preferredNamespaces,
  RUNNER_UID,
} from "./container/namespaces.js";
export * from "./container/processes.js";
export type { StandardInput } from "./container/worker-protocol.js";
export * from "./definition.js";
export * from "./log.js";
export * from "./phase/environment-file.js";
export * from "./phase/phase-line.js";
export * from "./result.js";
export * from "./run.js";
export * from "./worker/upload-target.js";
