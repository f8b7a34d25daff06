// SPDX-License-Identifier: Apache-2.0
// Generates the provider bindings from the committed schemas: node build/bindings.mjs [ENGINE] [FOLDER]
//
// ENGINE is cdktf (the default) or cdktn. Each has its own generator; cdktn's also checks write-only attributes against
// the versions that a program targets.
//
// constructs/bindings/schema/*.json is the output of `terraform providers schema -json`, reduced to the provider blocks
// and the resources that the constructs use. It has no `provider_versions`, which would pin every program that uses the
// constructs to one exact version of each provider. The version ranges, and the folder unless one is given, are in
// cdktf.json, so that `cdktf get` keeps its usual meaning. Nothing is downloaded, and nothing is done while the result
// is up to date.

import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..");
const schemas = join(root, "constructs/bindings/schema");
const settings = JSON.parse(readFileSync(join(root, "cdktf.json"), "utf8"));
const [engine = "cdktf", folder = join(root, settings.codeMakerOutput)] = process.argv.slice(2);
if (engine !== "cdktf" && engine !== "cdktn") throw new Error(`the engine must be cdktf or cdktn, not "${engine}"`);
const output = resolve(folder);
const require = createRequire(import.meta.url);

const stamp = hashOfInputs();
const stampFile = join(output, ".stamp");
if (!existsSync(stampFile) || readFileSync(stampFile, "utf8") !== stamp) await generate();

/** Writes the bindings to a draft and then moves that into place, so that nobody sees an incomplete set. */
async function generate() {
  const {
    CodeMaker,
    TerraformProviderGenerator,
    ConstructsMakerProviderTarget,
    TerraformProviderConstraint,
    LANGUAGES,
  } = loadGenerator();
  mkdirSync(join(root, ".cache"), { recursive: true });
  const draft = mkdtempSync(join(root, ".cache/bindings-"));
  try {
    for (const text of settings.terraformProviders) {
      const constraint = new TerraformProviderConstraint(text);
      const schema = JSON.parse(readFileSync(join(schemas, `${constraint.name}.json`), "utf8"));
      // One generator per provider: a second provider in the same one comes out as invalid TypeScript.
      const generator = new TerraformProviderGenerator(new CodeMaker(), schema);
      generator.generate(new ConstructsMakerProviderTarget(constraint, LANGUAGES[0]));
      await generator.save(draft);
    }
    tidy(draft);
    writeFileSync(join(draft, ".stamp"), stamp);
    rmSync(output, { recursive: true, force: true });
    mkdirSync(dirname(output), { recursive: true });
    renameSync(draft, output);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * As soon as it is loaded, the generator asks Terraform for its version and HashiCorp for updates. These settings
 * prevent it.
 */
function loadGenerator() {
  process.env.CHECKPOINT_DISABLE = "1";
  process.env.TF_CLI_CONFIG_FILE = "/dev/null";
  return { ...require(`@${engine}/provider-generator`), ...require(`@${engine}/commons`) };
}

/**
 * Keeps the code alone, and out of the reach of our own compiler settings, which are stricter than the generator's.
 * The engine is required as it is: for `import *`, bundlers copy all of it for each file.
 */
function tidy(draft) {
  for (const entry of readdirSync(draft, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    if (entry.name !== "index.ts") rmSync(file);
    else {
      const code = readFileSync(file, "utf8");
      const importAll = `import * as ${engine} from '${engine}';`;
      writeFileSync(file, `// @ts-nocheck\n${code.replace(importAll, `import ${engine} = require('${engine}');`)}`);
    }
  }
}

function hashOfInputs() {
  const hash = createHash("sha256");
  const inputs = [
    fileURLToPath(import.meta.url),
    join(root, "cdktf.json"),
    require.resolve(`@${engine}/provider-generator/package.json`),
    ...readdirSync(schemas)
      .sort()
      .map((name) => join(schemas, name)),
  ];
  for (const file of inputs) hash.update(file.slice(root.length)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}
