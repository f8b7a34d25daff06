// SPDX-License-Identifier: Apache-2.0
import { EventEmitter } from "node:events";
import { PluginTemplates } from "../plugins/plugin-templates.js";
import { Plugins } from "../plugins/plugins.js";
import { ContextAttachments } from "./context-attachments.js";
import { Contexts } from "./contexts.js";
import { Modules } from "./modules.js";
import { RoleBindings } from "./role-bindings.js";
import { Roles } from "./roles.js";
import { Spaces } from "./spaces.js";
import { Stacks } from "./stacks.js";
import { States } from "./states.js";

/** What a {@link Change} happened to. */
export type ChangedKind =
  | "space"
  | "stack"
  | "module"
  | "context"
  | "environment variable"
  | "mounted file"
  | "context attachment"
  | "role"
  | "state"
  | "role attachment"
  | "plugin template"
  | "plugin";

/** One change of the account, for a timeline. `id` is `<owner>/<name>` for variables and files; values never appear. */
export interface Change {
  readonly at: Date;
  readonly action: "created" | "updated" | "deleted";
  readonly kind: ChangedKind;
  readonly id: string;
}

/** Tells listeners of the account about a change that was just made. */
export type Announce = (action: Change["action"], kind: ChangedKind, id: string) => void;

/**
 * The state of one Spacelift account: what the API serves and what a run of a stack gets.
 *
 * Tests and the run simulator read and fill it directly; secret values are readable here, unlike through the API.
 */
export class Account {
  /** Emits `change` after every change, whoever made it. */
  readonly events = new EventEmitter<{ change: [Change] }>();
  readonly spaces: Spaces;
  readonly stacks: Stacks;
  readonly modules: Modules;
  readonly contexts: Contexts;
  readonly attachments: ContextAttachments;
  readonly roles: Roles;
  readonly roleBindings: RoleBindings;
  readonly states: States;
  readonly pluginTemplates: PluginTemplates;
  readonly plugins: Plugins;

  constructor() {
    const announce: Announce = (action, kind, id) => {
      this.events.emit("change", { at: new Date(), action, kind, id });
    };
    this.spaces = new Spaces(this, announce);
    this.stacks = new Stacks(this, announce);
    this.modules = new Modules(this, announce);
    this.attachments = new ContextAttachments(this, announce);
    this.contexts = new Contexts(this, announce);
    this.states = new States(announce);
    this.roles = new Roles(this, announce);
    this.roleBindings = new RoleBindings(this, announce);
    this.pluginTemplates = new PluginTemplates(announce);
    this.plugins = new Plugins(this, announce);
  }
}
