// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@cdktf/hcl2json";
import { DeployError, reasonOf } from "../errors.js";
import type { Value } from "../template.js";
import type { Modules } from "./configuration.js";

/** A root module and the local modules that it calls: what `deploy` takes. */
export interface TerraformFolder {
  /** The root module in Terraform's JSON syntax. */
  readonly stackJson: object;
  /** By their `source`. */
  readonly modules: Modules;
}

type Json = { readonly [key: string]: Value };

/** What else Terraform reads in a folder. */
const OTHER_FILES = /\.tf\.json$|\.tofu$|^terraform\.tfvars|\.auto\.tfvars|^override\.tf$|_override\.tf$/;

/**
 * Reads a folder of `.tf` files, with the folders of the local modules that they call.
 *
 * @throws {@link DeployError} when a file is not HCL, or the folder has other files that Terraform would read
 */
export async function readTerraformFolder(folder: string): Promise<TerraformFolder> {
  const stackJson = await readFolder(folder);
  const calls = Object.values((stackJson.module ?? {}) as Json) as readonly Value[];
  const sources = calls.flat().flatMap((call) => {
    const { source } = call as Json;
    return typeof source === "string" && /^\.\.?\//.test(source) ? [source] : [];
  });
  const modules = await Promise.all(
    [...new Set(sources)].map(async (source) => [source, await readFolder(join(folder, source))] as const),
  );
  return { stackJson, modules: Object.fromEntries(modules) };
}

async function readFolder(folder: string): Promise<Json> {
  const names = readdirSync(folder).sort();
  const other = names.find((name) => OTHER_FILES.test(name));
  if (other !== undefined) throw new DeployError(join(folder, other), "files like this are not known here");
  const files = names.filter((name) => name.endsWith(".tf"));
  if (files.length === 0) throw new DeployError(folder, "there are no .tf files");
  let all: Json = {};
  for (const name of files) all = merge(all, await readHcl(name, readFileSync(join(folder, name), "utf8"))) as Json;
  return all;
}

/**
 * HCL in Terraform's JSON syntax, as hcl2json makes it: every block is a list, every type and address an
 * interpolation.
 */
async function readHcl(name: string, text: string): Promise<Json> {
  try {
    return (await parse(name, text)) as Json;
  } catch (error) {
    throw new DeployError(name, reasonOf(error), { cause: error });
  }
}

/** Puts the blocks of two files together. Those of one name come into one list, where they are refused later. */
function merge(one: Value, other: Value): Value {
  if (Array.isArray(one) && Array.isArray(other)) return [...one, ...other];
  const merged: Record<string, Value> = { ...(one as Json) };
  for (const [key, value] of Object.entries(other as Json)) {
    merged[key] = merged[key] === undefined ? value : merge(merged[key], value);
  }
  return merged;
}
