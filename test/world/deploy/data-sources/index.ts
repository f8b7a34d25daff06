// SPDX-License-Identifier: Apache-2.0
import type { DataSource } from "./data-source.js";
import { roleData } from "./role.js";

export type { DataSource } from "./data-source.js";

/** The data sources this loader can read. */
export const DATA_SOURCES: Readonly<Record<string, DataSource>> = {
  spacelift_role: roleData,
};
