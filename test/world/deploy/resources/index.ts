// SPDX-License-Identifier: Apache-2.0
import { environmentVariableResource, mountedFileResource } from "./config-element.js";
import { contextResource } from "./context.js";
import { contextAttachmentResource } from "./context-attachment.js";
import { federatedIdentityResource } from "./federated-identity.js";
import { oauthClientResource } from "./oauth-client.js";
import { pluginResource } from "./plugin.js";
import { pluginTemplateResource } from "./plugin-template.js";
import type { ResourceType } from "./resource-type.js";
import { roleResource } from "./role.js";
import { roleAttachmentResource } from "./role-attachment.js";
import { spaceResource } from "./space.js";
import { stackResource } from "./stack.js";

/** The resource types this loader can deploy. */
export const RESOURCE_TYPES: Readonly<Record<string, ResourceType>> = {
  spacelift_context: contextResource,
  spacelift_context_attachment: contextAttachmentResource,
  spacelift_environment_variable: environmentVariableResource,
  spacelift_mounted_file: mountedFileResource,
  spacelift_plugin: pluginResource,
  spacelift_plugin_template: pluginTemplateResource,
  spacelift_role: roleResource,
  spacelift_role_attachment: roleAttachmentResource,
  spacelift_space: spaceResource,
  spacelift_stack: stackResource,
  tailscale_federated_identity: federatedIdentityResource,
  tailscale_oauth_client: oauthClientResource,
};
