#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Known vulnerabilities in what is published and in what builds it:
//
//   npm run audit [-- --json] [-- --npm FILE] [-- --go FILE]
//
// It asks npm about package-lock.json, and govulncheck about both builds of tailscaled in image/dist. Exits with 1 if
// there is a vulnerability that exceptions.json does not except, or an exception that has expired or excepts nothing.
// With --npm and --go it reads what these tools printed from files instead (`npm audit --json`,
// `govulncheck -format json`).
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { judge, readGo, readNpm } from "./judge.mjs";

const root = resolve(fileURLToPath(import.meta.url), "../../..");
const { values } = parseArgs({
  options: {
    json: { type: "boolean" },
    npm: { type: "string" },
    go: { type: "string" },
    exceptions: { type: "string", default: join(root, "build/audit/exceptions.json") },
  },
});

/** What a tool printed. Both exit with another status than 0 when they find something. */
function output(command, args, cwd) {
  const { stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 2 ** 28 });
  if (error !== undefined) throw error;
  if (!stdout.trimStart().startsWith("{")) throw new Error(`${command} ${args.join(" ")}: ${stderr || stdout}`);
  return stdout;
}

const npm = () => output("npm", ["audit", "--json"], root);

/** The builds of tailscaled, and how to make them. */
const DAEMONS = {
  "image/dist/tailscaled-linux-x64": "npm run build:tailscaled",
  "image/dist/tailscaled-full-linux-x64": "npm run build:tailscaled -- full",
};

const go = () => {
  for (const [path, command] of Object.entries(DAEMONS)) {
    if (existsSync(join(root, path))) continue;
    console.error(`audit: ${path} is missing: run \`${command}\` first`);
    process.exit(1);
  }
  const words = ["tool", "govulncheck", "-format", "json", "-mode", "binary"];
  const reports = Object.keys(DAEMONS).map((path) =>
    output("go", [...words, join(root, path)], join(root, "build/tools")),
  );
  return reports.join("\n");
};

const found = [
  ...readNpm(values.npm === undefined ? npm() : readFileSync(values.npm, "utf8")),
  ...readGo(values.go === undefined ? go() : readFileSync(values.go, "utf8")),
];
const verdict = judge(found, JSON.parse(readFileSync(values.exceptions, "utf8")), new Date());
for (const { id, where, title } of verdict.found) console.log(`${id} in ${where}: ${title}`);
for (const { id, where, reason, until } of verdict.excepted)
  console.log(`excepted until ${until}: ${id} in ${where}: ${reason}`);
for (const problem of verdict.problems) console.error(`exceptions.json: ${problem}`);
if (verdict.found.length + verdict.problems.length > 0) process.exitCode = 1;
else console.log("no known vulnerability");
if (values.json) console.log(JSON.stringify(verdict));
