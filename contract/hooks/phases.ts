// SPDX-License-Identifier: Apache-2.0

/**
 * The phases of a Spacelift run that have hooks before and after them, in the order in which a run can meet them.
 * Source: Spacelift's documentation, "Customizing workflow". There is no `before_run`; `after_run` belongs to no phase.
 */
export const PHASES: readonly string[] = ["init", "plan", "apply", "perform", "destroy"];

/**
 * The phases that a tailnet context covers by default.
 *
 * `init` is left out because most runs initialise from public registries; choose it when modules, providers or the
 * state backend live on the tailnet.
 */
export const DEFAULT_PHASES: readonly string[] = ["plan", "apply", "perform", "destroy"];
