// SPDX-License-Identifier: Apache-2.0

import type { Namespaces } from "./container/namespaces.js";
import type { StandardInput } from "./container/worker-protocol.js";
import type { EnvironmentFileFormat } from "./phase/environment-file.js";
import type { RunEvent } from "./result.js";

/** A phase of a run that has hooks before and after it. */
export type PhaseName = "init" | "plan" | "apply" | "perform" | "destroy";

/** A hook list, by the name it has in Spacelift's documentation and Terraform provider. */
export type HookListName = `before_${PhaseName}` | `after_${PhaseName}` | "after_run";

/**
 * What a run does. `tracked`: init, plan, and after confirmation apply. `proposed`: init and plan. `task`: init and
 * perform. `testing`, a module's test: init, plan, apply and destroy without a pause. `destroy`: init and destroy.
 */
export type RunType = "tracked" | "proposed" | "task" | "testing" | "destroy";

/** An environment variable of a run. */
export interface RunVariable {
  readonly name: string;
  /** May refer to other variables as `${NAME}`. */
  readonly value: string;
  /** Whether its value is masked in the log. Default false. */
  readonly secret?: boolean;
  /** The phases that see it. Default: all. */
  readonly phases?: readonly PhaseName[];
}

/** A file that the run finds below /mnt/workspace. */
export interface RunFile {
  /** Relative to /mnt/workspace. */
  readonly path: string;
  readonly content: string | Buffer;
  /** Whether its lines are masked in the log. Default false. */
  readonly secret?: boolean;
}

/** The stack that a run belongs to, as far as runs hear of it. */
export interface RunStack {
  readonly id: string;
  /** Default `root`. */
  readonly space?: string;
  readonly labels?: readonly string[];
}

/** A plan as `terraform show -json` prints it, as far as it is used here. */
export interface Plan {
  readonly resource_changes?: readonly { readonly address: string; readonly change: { readonly actions: string[] } }[];
  readonly output_changes?: Readonly<Record<string, { readonly actions: string[] }>>;
}

/** What is run: everything that comes from Spacelift's account and from the user. */
export interface RunDefinition {
  readonly type: RunType;
  readonly stack: RunStack;
  /** The directory with the project on the host; a copy of it becomes /mnt/workspace/source. */
  readonly source: string;
  /** Where in the project the phases run. Default: its top. */
  readonly projectRoot?: string;
  /** The hooks of all contexts and the stack, merged, in the order they run. */
  readonly hooks?: Partial<Readonly<Record<HookListName, readonly string[]>>>;
  /** The variables of all contexts and the stack, merged, for all phases or by phase. */
  readonly environment?: readonly RunVariable[] | ((phase: PhaseName) => readonly RunVariable[]);
  readonly files?: readonly RunFile[];
  /**
   * Makes the run's identity token for one phase, which gets it as {@link IDENTITY_VARIABLE} and in
   * {@link IDENTITY_FILE}. Default: none, as in accounts that pay nothing.
   */
  readonly identityToken?: (phase: PhaseName, runId: string) => string;
  /** What a task performs, given to `sh -c`. */
  readonly command?: string;
  /** A task without init phase. Default false. */
  readonly skipInit?: boolean;
  /** Apply without confirmation and in the same container. Default false. */
  readonly autodeploy?: boolean;
  /**
   * Whether the plan of a tracked run is confirmed; the plan is null when the plan phase wrote none. Default true.
   */
  readonly confirm?: boolean | ((plan: Plan | null) => boolean | Promise<boolean>);
  /**
   * Commands that replace {@link DEFAULT_COMMANDS}: each one AND-list of the shell, without `;` or `||` outside
   * braces.
   */
  readonly commands?: Partial<Readonly<Record<PhaseName | "outputs", string>>>;
}

/** The variable with a run's identity token. Source: Spacelift documentation, "OpenID Connect (OIDC)". */
export const IDENTITY_VARIABLE = "SPACELIFT_OIDC_TOKEN";

/** The file with the same. */
export const IDENTITY_FILE = "/mnt/workspace/spacelift.oidc";

/** Where the plan phase leaves its plan, and the same as JSON. */
export const PLAN_FILE = "/mnt/workspace/spacelift.plan";

/**
 * The commands of the phases, and the one by which the worker reads the outputs after an apply. A task has its own.
 * Source: Spacelift documentation, "Workflow tool".
 */
export const DEFAULT_COMMANDS: Readonly<Record<Exclude<PhaseName, "perform"> | "outputs", string>> = {
  init: "terraform init -input=false -no-color",
  plan: `terraform plan -input=false -no-color -out=${PLAN_FILE} && terraform show -json ${PLAN_FILE} >${PLAN_FILE}.json`,
  apply: `terraform apply -input=false -no-color ${PLAN_FILE}`,
  destroy: "terraform destroy -input=false -no-color -auto-approve",
  outputs: "terraform output -json",
};

/** How it is run: everything that is the worker's affair. */
export interface RunOptions {
  /** A directory of executables, first on the container's PATH. Default: none. */
  readonly image?: string;
  /** The file system of an image, as the container's root. Default: the caller's. */
  readonly root?: string;
  /** The shell of every phase, found on the caller's PATH unless it is a path. Default `["sh"]`. */
  readonly shell?: readonly string[];
  /** Default `env`. */
  readonly environmentFileFormat?: EnvironmentFileFormat;
  /** Default: Spacelift's 7 minutes. */
  readonly silenceLimitMs?: number;
  /** Default: Spacelift's 70 minutes. */
  readonly runLimitMs?: number;
  /** The executable that is `terraform` in the container. Default: what its PATH finds. */
  readonly terraform?: string;
  /** URL the workspace is uploaded to. Default: an upload target of the run's own. */
  readonly upload?: string;
  /** How long one upload, and the reading of outputs, may take. Default 60 s. */
  readonly workerTimeoutMs?: number;
  /** Descriptors above 2 on which every phase inherits one more pipe whose end-of-file it must reach. Default none. */
  readonly extraDescriptors?: readonly number[];
  /** Standard input of every phase. Default `null`. */
  readonly input?: StandardInput;
  /** Whether PID 1 of the container reaps orphans. Default false. */
  readonly reapsOrphans?: boolean;
  /** Whether the time of each hook is taken, by marks between the elements of the line. Default true. */
  readonly hookTimings?: boolean;
  /** How long after the end of a phase's shell leftover processes may still end by themselves. Default 1 s. */
  readonly graceMs?: number;
  /** An existing directory for workspaces and archives, left as it is at the end. Default: one that is removed. */
  readonly scratch?: string;
  /** Default: what works here. */
  readonly namespaces?: Namespaces;
  /** Hears of everything as it happens. */
  readonly onEvent?: (event: RunEvent) => void;
}
