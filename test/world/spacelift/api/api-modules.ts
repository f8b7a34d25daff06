// SPDX-License-Identifier: Apache-2.0

import { configElementApi } from "../account/config-elements.js";
import { contextAttachmentApi } from "../account/context-attachments.js";
import { contextApi } from "../account/contexts.js";
import { moduleApi } from "../account/module-api.js";
import { roleBindingApi } from "../account/role-bindings.js";
import { roleApi } from "../account/roles.js";
import { spaceApi } from "../account/spaces.js";
import { stackApi } from "../account/stack-api.js";
import { pluginApi } from "../plugins/plugin-api.js";
import { apiKeyApi } from "./api-key.js";
import type { ApiModule } from "./api-module.js";

/** Every kind of resource the embedded API knows. */
export const API_MODULES: readonly ApiModule[] = [
  apiKeyApi,
  spaceApi,
  stackApi,
  moduleApi,
  contextApi,
  configElementApi,
  contextAttachmentApi,
  roleApi,
  roleBindingApi,
  pluginApi,
];
