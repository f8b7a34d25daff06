// SPDX-License-Identifier: Apache-2.0

import { labelSet } from "../ids.js";
import type { Account, Announce } from "./account.js";
import { DEFAULT_SPACE } from "./spaces.js";

/** A module to add, or what a module is to be from now on. */
export interface ModuleDefinition {
  /** Lower case. @default what the repository's name says, `terraform-<provider>-<name>` */
  readonly name?: string | null;
  /** @default what the repository's name says; "default" for a module with a name of its own */
  readonly terraformProvider?: string | null;
  readonly repository: string;
  /** @default "main" */
  readonly branch?: string;
  /** @default none */
  readonly labels?: readonly string[];
  /** The id of its space. @default "legacy" */
  readonly space?: string;
  /** What nothing here but the API knows of. @default the provider's defaults */
  readonly settings?: Partial<ModuleSettings>;
}

/** What a module is besides; kept for the API alone. */
export interface ModuleSettings {
  readonly description: string | null;
  readonly gitSparseCheckoutPaths: readonly string[];
  readonly localPreviewEnabled: boolean;
  readonly namespace: string;
  readonly projectRoot: string | null;
  readonly protectFromDeletion: boolean;
  readonly provider: string;
  readonly repositoryURL: string | null;
  readonly runnerImage: string | null;
  readonly sharedAccounts: readonly string[];
  readonly workerPool: { readonly id: string } | null;
  readonly workflowTool: string;
}

/** A Terraform module of the account's registry, which is a special kind of stack. */
export interface Module {
  /** `terraform-<provider>-<name>`. */
  readonly id: string;
  readonly name: string;
  readonly terraformProvider: string;
  readonly repository: string;
  readonly branch: string;
  readonly labels: readonly string[];
  readonly space: string;
  readonly settings: ModuleSettings;
}

const DEFAULTS: ModuleSettings = {
  description: null,
  gitSparseCheckoutPaths: [],
  localPreviewEnabled: false,
  namespace: "",
  projectRoot: null,
  protectFromDeletion: false,
  provider: "GITHUB",
  repositoryURL: null,
  runnerImage: null,
  sharedAccounts: [],
  workerPool: null,
  workflowTool: "TERRAFORM_FOSS",
};

/** The modules of an account. */
export class Modules {
  readonly #account: Account;
  readonly #announce: Announce;
  readonly #byId = new Map<string, Module>();

  constructor(account: Account, announce: Announce) {
    this.#account = account;
    this.#announce = announce;
  }

  /** The module of that id, if there is one. */
  get(id: string): Module | undefined {
    return this.#byId.get(id);
  }

  /** Every module, in the order they were added. */
  list(): readonly Module[] {
    return [...this.#byId.values()];
  }

  /** @throws when there is no module of that id. */
  require(id: string): Module {
    const module = this.#byId.get(id);
    if (module === undefined) throw new Error(`module ${id} not found`);
    return module;
  }

  /** @throws when the id is taken, the space does not exist, or a field is not valid. */
  add(definition: ModuleDefinition): Module {
    const { name, terraformProvider } = namesOf(definition);
    const id = `terraform-${terraformProvider}-${name}`;
    // Modules are stacks, of whose ids each is there once.
    const isTaken = this.#byId.has(id) || this.#account.stacks.get(id) !== undefined;
    if (isTaken) throw new Error(`module ${id} already exists`);
    const module = this.#build({ id, name, terraformProvider }, definition, DEFAULT_SPACE, DEFAULTS);
    this.#byId.set(id, module);
    this.#announce("created", "module", id);
    return module;
  }

  /** Replaces everything but id, names, and the space when none is given. @throws as {@link add} does */
  update(id: string, definition: Omit<ModuleDefinition, "name" | "terraformProvider">): Module {
    const { name, terraformProvider, space, settings } = this.require(id);
    const module = this.#build({ id, name, terraformProvider }, definition, space, settings);
    this.#byId.set(id, module);
    this.#announce("updated", "module", id);
    return module;
  }

  /** Deletes a module with its attachments. @throws when there is no such module, or it is protected from deletion. */
  delete(id: string): Module {
    const module = this.require(id);
    if (module.settings.protectFromDeletion) throw new Error(`module ${id} is protected from deletion`);
    const { attachments } = this.#account;
    for (const attachment of attachments.ofProject(id)) attachments.detach(attachment.id);
    this.#byId.delete(id);
    this.#announce("deleted", "module", id);
    return module;
  }

  #build(
    names: Pick<Module, "id" | "name" | "terraformProvider">,
    definition: ModuleDefinition,
    space: string,
    settings: ModuleSettings,
  ): Module {
    return {
      ...names,
      repository: definition.repository,
      branch: definition.branch ?? "main",
      labels: labelSet(`module ${names.id}`, definition.labels ?? []),
      space: this.#account.spaces.require(definition.space ?? space).id,
      settings: { ...settings, ...definition.settings },
    };
  }
}

/** Source: the provider's acceptance tests of `spacelift_module`. */
function namesOf({ name, terraformProvider, repository }: ModuleDefinition) {
  const [, provider, inferred] = /^terraform-([^-]+)-(.+)$/.exec(repository) ?? [];
  if (name == null && inferred === undefined) {
    throw new Error(`module name is missing, and cannot be inferred from repository ${repository}`);
  }
  return {
    name: name ?? inferred ?? "",
    terraformProvider: terraformProvider ?? (name == null ? provider : undefined) ?? "default",
  };
}
