// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Why a release of `version` cannot be made from the tree at `root`: all reasons, or none. */
export function problemsOf(root, version) {
  const read = (path) => readFileSync(join(root, path), "utf8");
  const problems = [];
  if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version)) return [`"${version}" is not a version`];
  const own = JSON.parse(read("package.json")).version;
  if (own !== version) problems.push(`package.json has version ${own}, not ${version}`);
  if (!read("CHANGELOG.md").includes(`\n## [${version}]`)) problems.push(`CHANGELOG.md has no section [${version}]`);
  return problems;
}

/** The section of the change log about `version`. */
export function notesOf(root, version) {
  const text = readFileSync(join(root, "CHANGELOG.md"), "utf8");
  const sections = text.split(/^(?=## \[)/m);
  const section = sections.find((one) => one.startsWith(`## [${version}]`));
  if (section === undefined) throw new Error(`CHANGELOG.md has no section [${version}]`);
  return section.slice(section.indexOf("\n")).trim();
}
