// SPDX-License-Identifier: Apache-2.0
import type { Attributes } from "../provider-schema.js";
import type { Value } from "../template.js";

/** One `resource` block. */
export interface ResourceBlock {
  /** `<type>.<name>`, after its scope */
  readonly address: string;
  /** Empty for the root module, else `module.<name>.` */
  readonly scope: string;
  readonly type: string;
  readonly attributes: Attributes;
  /**
   * The addresses it needs: named by its references, through variables and outputs of modules, and its `depends_on`.
   */
  readonly dependencies: ReadonlySet<string>;
  /** Attributes that later applies leave as they are. */
  readonly ignoreChanges: readonly string[] | "all";
  /** Whether a replacement would have to be made before the resource goes. */
  readonly createBeforeDestroy: boolean;
  readonly preconditions: readonly Validation[];
}

/** One `data` block. */
export interface DataBlock {
  /** `data.<type>.<name>` */
  readonly address: string;
  readonly type: string;
  readonly attributes: Attributes;
}

/** One `variable` block. */
export interface VariableBlock {
  readonly type: string;
  readonly sensitive: boolean;
  /** Whether neither plan nor state may hold it. */
  readonly ephemeral: boolean;
  /** Whether null stays null; else it stands for the default. */
  readonly nullable: boolean;
  /** Undefined when a value must be given. */
  readonly default: Value | undefined;
  readonly validations: readonly Validation[];
}

/** A condition that a variable's value must meet, or that must hold before a resource, and what is said otherwise. */
export interface Validation {
  readonly condition: Value;
  readonly message: Value;
}

/** One `output` block. */
export interface OutputBlock {
  readonly value: Value;
  readonly sensitive: boolean;
}

/** A module that the root module calls. */
export interface ModuleCall {
  readonly arguments: Attributes;
  readonly configuration: Configuration;
}

/** What a configuration in Terraform's JSON syntax asks for: that of the root module, or of one that it calls. */
export interface Configuration {
  /** Source addresses of the required providers by local name. */
  readonly sources: ReadonlyMap<string, string>;
  /** Provider blocks by local name. */
  readonly providers: ReadonlyMap<string, Attributes>;
  readonly variables: ReadonlyMap<string, VariableBlock>;
  readonly locals: Attributes;
  readonly data: readonly DataBlock[];
  /** Those of modules that it calls among them. */
  readonly resources: readonly ResourceBlock[];
  /** By `module.<name>`. */
  readonly modules: ReadonlyMap<string, ModuleCall>;
  readonly outputs: ReadonlyMap<string, OutputBlock>;
}
