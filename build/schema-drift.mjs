// SPDX-License-Identifier: Apache-2.0
// Compares the committed schemas with full ones: npm run check:schema -- FILE...
//
// FILE is the output of `terraform providers schema -json` where the providers are installed. Prints one line for every
// difference in what the constructs use: resources and attributes that are gone, other types, other flags, and newly
// required attributes. Additions do not matter.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FLAGS = ["required", "optional", "computed", "sensitive", "write_only", "deprecated"];

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("check:schema: name a file that `terraform providers schema -json` has printed");
  process.exit(2);
}
const full = Object.assign({}, ...files.map(providersOf));
const committed = join(dirname(fileURLToPath(import.meta.url)), "../constructs/bindings/schema");
const ours = Object.assign({}, ...readdirSync(committed).map((name) => providersOf(join(committed, name))));
const compared = Object.keys(ours).filter((name) => full[name] !== undefined);
const lines = compared.flatMap((name) => differencesOfProvider(name, ours[name], full[name]));
for (const name of Object.keys(ours)) {
  if (full[name] === undefined) console.log(`${name}: not in what was given, so not compared`);
}
for (const line of lines) console.log(line);
console.log(`${compared.length} of ${Object.keys(ours).length} providers compared, ${lines.length} differences`);
process.exitCode = lines.length > 0 || compared.length === 0 ? 1 : 0;

/** The providers of a file, by owner and name; Terraform and OpenTofu name different registries before them. */
function providersOf(file) {
  const { provider_schemas = {} } = JSON.parse(readFileSync(file, "utf8"));
  return Object.fromEntries(
    Object.entries(provider_schemas).map(([address, schema]) => [address.split("/").slice(-2).join("/"), schema]),
  );
}

function differencesOfProvider(name, mine, theirs) {
  const resources = Object.entries(mine.resource_schemas ?? {}).flatMap(([type, schema]) => {
    const other = theirs.resource_schemas?.[type];
    return other === undefined ? [`${type}: is gone`] : differencesOfBlock(type, schema.block, other.block);
  });
  return [...differencesOfBlock(`provider ${name}`, mine.provider.block, theirs.provider.block), ...resources];
}

function differencesOfBlock(path, mine, theirs) {
  const all = theirs.attributes ?? {};
  const changed = Object.entries(mine.attributes ?? {}).flatMap(([name, attribute]) =>
    all[name] === undefined
      ? [`${path}.${name}: is gone`]
      : differencesOfAttribute(`${path}.${name}`, attribute, all[name]),
  );
  const missing = Object.entries(all).filter(
    ([name, { required }]) => required && mine.attributes?.[name] === undefined,
  );
  const nested = Object.entries(mine.block_types ?? {}).flatMap(([name, { block, nesting_mode }]) => {
    const other = theirs.block_types?.[name];
    if (other === undefined) return [`${path}.${name}: is gone`];
    const mode = changedValue(`${path}.${name}`, "nesting", nesting_mode, other.nesting_mode);
    return [...mode, ...differencesOfBlock(`${path}.${name}`, block, other.block)];
  });
  return [...changed, ...missing.map(([name]) => `${path}.${name}: has to be given now`), ...nested];
}

function differencesOfAttribute(path, mine, theirs) {
  const flags = FLAGS.flatMap((flag) => changedValue(path, flag, mine[flag] ?? false, theirs[flag] ?? false));
  return [...changedValue(path, "type", mine.type, theirs.type), ...flags];
}

function changedValue(path, what, mine, theirs) {
  const [before, after] = [mine, theirs].map((value) => JSON.stringify(value));
  return before === after ? [] : [`${path}: ${what} was ${before} and is ${after}`];
}
