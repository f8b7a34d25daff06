// SPDX-License-Identifier: Apache-2.0

import { isGiven, requireOneOf, text } from "../resources/resource-type.js";
import { ROLE_SELECTION, type RoleData } from "../resources/role.js";
import type { DataSource } from "./data-source.js";

const READ_ALL = `{roles${ROLE_SELECTION}}`;

/** `spacelift_role` by id or slug: ReadAllRoles, of which it takes one. */
export const roleData: DataSource = {
  async read(clients, attributes) {
    requireOneOf(attributes, ["role_id", "slug"]);
    const [name, field] = isGiven(attributes, "slug") ? (["slug", "slug"] as const) : (["role_id", "id"] as const);
    const wanted = text(attributes, name);
    const answer = await (await clients.spacelift()).query<{ roles: readonly RoleData[] }>("ReadAllRoles", READ_ALL);
    const roles = answer?.roles ?? [];
    if (roles.length === 0) throw new Error("no roles found; the caller needs admin access to the root space");
    const role = roles.find((one) => one[field] === wanted);
    if (role === undefined) throw new Error(`role with ${field} ${wanted} not found`);
    const { id, slug, description, actions, isSystem } = role;
    return { id, role_id: id, slug, name: role.name, description, actions: [...actions].sort(), is_system: isSystem };
  },
};
