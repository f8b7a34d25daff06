// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { synthesize } from "./manifest.js";
import { everything } from "./program.js";

const FILE = join(__dirname, "golden/manifest.json");

/**
 * Logical ids are an interface: another id destroys and creates what users have. Versions are tested elsewhere, and the
 * backend is not ours. `UPDATE_GOLDEN=1` writes the file anew, for a change that is meant and said in the change log.
 */
test("a program's resources, ids and attributes are those of the golden manifest", () => {
  const { resource, terraform } = synthesize(everything);
  const sources = Object.entries(terraform.required_providers).map(([name, { source }]) => [name, { source }]);
  const manifest = { resource, terraform: { required_providers: Object.fromEntries(sources) } };
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(FILE, `${JSON.stringify(manifest, null, 2)}\n`);
  expect(manifest).toEqual(JSON.parse(readFileSync(FILE, "utf8")));
});
