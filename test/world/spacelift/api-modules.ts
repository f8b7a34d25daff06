// SPDX-License-Identifier: Apache-2.0
import { apiKeyApi } from "./api-key.js";
import type { ApiModule } from "./api-module.js";
import { configElementApi } from "./config-elements.js";
import { contextAttachmentApi } from "./context-attachments.js";
import { contextApi } from "./contexts.js";
import { spaceApi } from "./spaces.js";
import { stackApi } from "./stacks.js";

/** Every kind of resource the embedded API knows. */
export const API_MODULES: readonly ApiModule[] = [
  apiKeyApi,
  spaceApi,
  stackApi,
  contextApi,
  configElementApi,
  contextAttachmentApi,
];
