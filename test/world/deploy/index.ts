// SPDX-License-Identifier: Apache-2.0
export {
  type DeployEvent,
  type Deployment,
  type DeployOptions,
  deploy,
  FailedDeployment,
  planDeployment,
} from "./deploy.js";
export { DeployError } from "./errors.js";
export { type Attributes, loadSchemas, type ProviderSchemas } from "./provider-schema.js";
export type { SpaceliftCredentials } from "./spacelift-client.js";
export type { Change } from "./state/changes.js";
export { type DeployedResource, NO_STATE, parseState, type State } from "./state/state.js";
export type { TailscaleCredentials } from "./tailscale-client.js";
export { parseTemplate, type Template, type Value } from "./template.js";
