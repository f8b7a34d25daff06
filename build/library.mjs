// SPDX-License-Identifier: Apache-2.0
// Builds the library into dist/: node build/library.mjs
//
// The constructs are written once, for cdktf, and compiled twice: as they are, and with "cdktn" wherever they say
// "cdktf", which is a member of programs for CDK Terrain. Copies of the two engines do not work together, so neither
// half may reach for the other's. Each half stands beside bindings from its engine's own generator; dist/contract, which
// knows no engine, serves both. What is compiled stays one file for one source.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build as esbuild } from "esbuild";
import { loadLazily } from "./lazy.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..");
const stage = join(root, ".cache/build");
const sources = join(stage, "src");

const node = (script, ...args) =>
  execFileSync(process.execPath, [script, ...args], { cwd: root, stdio: ["ignore", 2, 2] });

// The sources' own bindings, for editors and tests.
node("build/bindings.mjs");
for (const engine of ["cdktf", "cdktn"]) {
  const folder = join(sources, engine);
  const bindings = join(stage, "bindings", engine);
  rmSync(folder, { recursive: true, force: true });
  node("build/bindings.mjs", engine, bindings);
  cpSync(bindings, join(folder, "bindings/generated"), { recursive: true });
  for (const file of handWritten()) {
    const target = join(folder, file);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, readFileSync(join(root, "constructs", file), "utf8").replaceAll('"cdktf"', `"${engine}"`));
  }
}
for (const room of ["contract", "pulumi"]) {
  rmSync(join(sources, room), { recursive: true, force: true });
  const isOurs = (path) => !path.includes("node_modules");
  cpSync(join(root, room), join(sources, room), { recursive: true, filter: (path) => isOurs(relative(root, path)) });
}

rmSync(join(stage, "dist"), { recursive: true, force: true });
// Comments are for readers of declarations; in the code they would be a third of the package. Nobody reads those of the
// contract, which is not exported.
const tsc = ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"];
const contract = join(stage, "dist/contract");
node(...tsc, "--removeComments");
renameSync(contract, `${contract}.bare`);
node(...tsc, "--emitDeclarationOnly");
rmSync(contract, { recursive: true });
renameSync(`${contract}.bare`, contract);
// `npx spacetail render`: one file, without dependencies.
await esbuild({
  entryPoints: [join(root, "render/main.ts")],
  bundle: true,
  platform: "node",
  target: "node20",
  minify: true,
  banner: { js: "#!/usr/bin/env node" },
  outfile: join(stage, "dist/spacetail.cjs"),
  logLevel: "warning",
});
chmodSync(join(stage, "dist/spacetail.cjs"), 0o755);
// By this file Pulumi's command line knows which plugin to install.
cpSync(join(root, "pulumi/spacelift/package.json"), join(stage, "dist/pulumi/spacelift/package.json"));
// Pulumi's half is loaded whole: reading its classes is what Pulumi does with a plugin.
for (const room of ["cdktf", "cdktn", "contract"]) {
  for (const name of readdirSync(join(stage, "dist", room), { recursive: true, encoding: "utf8" })) {
    if (name.endsWith(".js")) loadLazily(join(stage, "dist", room, name));
  }
}
// Moved as a whole, so that nobody meets half of it.
rmSync(join(root, "dist"), { recursive: true, force: true });
renameSync(join(stage, "dist"), join(root, "dist"));

/** The committed sources of the constructs, relative to their folder. */
function handWritten() {
  const names = readdirSync(join(root, "constructs"), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".ts") && !name.startsWith(join("bindings", "generated")));
}
