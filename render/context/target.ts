// SPDX-License-Identifier: Apache-2.0
import type { Option, OutputFormat } from "../../contract/options/option.js";

/** What decides how an output takes options, besides the places that it has for them. */
export interface Target {
  /** How messages refer to it. */
  readonly title: string;
  /** True if it asks whoever uses it for values, so that these need not be given here. */
  readonly asks: boolean;
  /** True if it can ask for the content of files. */
  readonly asksForFiles: boolean;
  /** The login of a context that is given none; undefined if the output creates one. */
  readonly auth: object | undefined;
}

/** All outputs. */
export const TARGETS: Readonly<Record<OutputFormat, Target>> = {
  hcl: { title: "a Terraform module", asks: true, asksForFiles: true, auth: undefined },
  // Secret variables of stacks are set without being asked for.
  "config-yml": { title: ".spacelift/config.yml", asks: false, asksForFiles: false, auth: { oauthSecret: true } },
  plugin: { title: "a plugin manifest", asks: true, asksForFiles: false, auth: { oauthSecret: true } },
  // The context has a login already.
  blueprint: { title: "a blueprint", asks: true, asksForFiles: false, auth: { external: true } },
  // Secrets of the cluster are created without being asked for.
  kubernetes: { title: "a worker pool", asks: false, asksForFiles: false, auth: { oauthSecret: true } },
};

/** True if the output has a place for an option. Members without places of their own are where their object is. */
export function isPlaced(format: OutputFormat, { places }: Option): boolean {
  return Object.keys(places).length === 0 || format in places;
}
