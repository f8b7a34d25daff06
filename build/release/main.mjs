#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// What workflows run for a release, as `npm run release -- COMMAND`. What they read is printed as NAME=VALUE lines:
//
//   place                    where this project is published: repository, image, registry
//   check VERSION            whether a release of that version can be made from this tree
//   notes VERSION            what the change log says about it
//   tags                     the names of an image of this commit; IMAGE_REF takes the place of GITHUB_REF
//   push                     builds and pushes it under these names: digest
//   report OUT [LAST]        measures it, into a folder; LAST is the report.json of the last release
//   summary FACTS...         the build report, as Markdown
//   assets FILES OUT [URL]   the files of a release, from those of `make docker-files` and `make docker-files-full`,
//                            and contract/release.json; with the URL of a folder of your own, the options of contexts
//                            that fetch from there
//   last                     the last release: release
//   moved                    what a rebuild would get that it has not: base, tailscale
//   tailscale VERSION        pins another Tailscale
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { writeAssets } from "./assets.mjs";
import { notesOf, problemsOf } from "./check.mjs";
import { push, report } from "./image.mjs";
import { moved } from "./moved.mjs";
import { project } from "./project.mjs";
import { summary } from "./summary.mjs";
import { imageTags, newest } from "./tags.mjs";
import { updateTailscale } from "./tailscale.mjs";

const root = resolve(fileURLToPath(import.meta.url), "../../..");
const [command, ...args] = process.argv.slice(2);

const git = (...words) => execFileSync("git", words, { cwd: root, encoding: "utf8" }).trim();
const released = () => git("tag", "--list", "v*").split("\n");
const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));

function tags() {
  const ref = process.env.IMAGE_REF || process.env.GITHUB_REF || "";
  return imageTags({ ref, commit: git("rev-parse", "HEAD"), released: released() });
}

function print(values) {
  for (const [name, value] of Object.entries(values)) console.log(`${name}=${value}`);
}

const commands = {
  place: () => {
    const { repository, image } = project();
    print({ repository, image, registry: image.split("/")[0] });
  },
  check: (version = "") => {
    const problems = problemsOf(root, version.replace(/^v/, ""));
    for (const problem of problems) console.error(`release: ${problem}`);
    if (problems.length > 0) process.exitCode = 1;
  },
  notes: (version = "") => console.log(notesOf(root, version.replace(/^v/, ""))),
  tags: () => {
    for (const tag of tags()) console.log(`${project().image}:${tag}`);
  },
  push: () => print({ digest: push({ root, ...project(), tags: tags() }) }),
  report: (out, last) => {
    const before = last !== undefined && existsSync(last) ? readJson(last) : undefined;
    console.log(summary([report({ root, out, last: before })]));
  },
  summary: (...files) => console.log(summary(files.map(readJson))),
  assets: (files, out, url) => {
    const downloads = url === undefined ? project().downloads : undefined;
    for (const line of writeAssets({ root, files, out, downloads, url })) console.log(line);
  },
  last: () => print({ release: newest(released()) ?? "" }),
  moved: () => print(moved(root, project().image)),
  tailscale: (version = "") => print({ before: updateTailscale(root, version) }),
};

if (commands[command] === undefined) {
  console.error(`release: one of ${Object.keys(commands).join(", ")} is needed, not "${command ?? ""}"`);
  process.exit(2);
}
try {
  commands[command](...args);
} catch (error) {
  console.error(`release: ${error.message}`);
  process.exitCode = 1;
}
