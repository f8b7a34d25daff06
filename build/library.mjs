// SPDX-License-Identifier: Apache-2.0
// Builds the library into dist/: node build/library.mjs
//
// Every engine gets one readable bundle, with the declarations of the sources beside it. The constructs are written
// once, for cdktf. The build for CDK Terrain reads "cdktn" wherever they say "cdktf", and takes the bindings of that
// engine's own generator: objects of one engine do not work in programs of the other.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { root } from "./steps.mjs";

const stage = join(root, ".cache/build");
const sources = join(stage, "src");
const output = join(stage, "dist");

rmSync(sources, { recursive: true, force: true });
rmSync(output, { recursive: true, force: true });
// The sources' own bindings, for editors and tests.
node("build/bindings.mjs");
for (const room of ["contract", "pulumi"]) stageRoom(room, room);
for (const engine of ["cdktf", "cdktn"]) {
  stageRoom("constructs", engine, (text) => text.replaceAll('"cdktf"', `"${engine}"`));
  const bindings = join(stage, "bindings", engine);
  node("build/bindings.mjs", engine, bindings);
  cpSync(bindings, join(sources, engine, "bindings/generated"), { recursive: true });
}
node("node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json");
for (const engine of ["cdktf", "cdktn", "pulumi"]) {
  await bundle(join(sources, engine, "index.ts"), join(output, engine, "index.js"));
}
// Tells Pulumi's command line which plugin to install.
cpSync(join(root, "pulumi/spacelift/package.json"), join(output, "pulumi/spacelift/package.json"));
// `npx spacetail render`.
await bundle(join(root, "render/main.ts"), join(output, "spacetail.cjs"), { js: "#!/usr/bin/env node" });
chmodSync(join(output, "spacetail.cjs"), 0o755);
// Moved as a whole, so that nobody sees an incomplete library.
rmSync(join(root, "dist"), { recursive: true, force: true });
renameSync(output, join(root, "dist"));

function node(script, ...args) {
  execFileSync(process.execPath, [script, ...args], { cwd: root, stdio: ["ignore", 2, 2] });
}

/** Copies the committed TypeScript of a room, and the JSON that it imports. */
function stageRoom(room, name, edit = (text) => text) {
  for (const file of readdirSync(join(root, room), { recursive: true, encoding: "utf8" })) {
    if (!/\.(ts|json)$/.test(file) || /generated|node_modules/.test(file)) continue;
    cpSync(join(root, room, file), join(sources, name, file));
    writeFileSync(join(sources, name, file), edit(readFileSync(join(root, room, file), "utf8")));
  }
}

/** One CommonJS file with everything but packages. Its export names are found by Node when an ES module imports it. */
async function bundle(entry, outfile, banner = {}) {
  await build({
    entryPoints: [entry],
    outfile,
    banner,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    packages: "external",
    // The bundler names each source in a comment, from here.
    absWorkingDir: sources,
    tsconfig: join(root, "tsconfig.build.json"),
    logLevel: "warning",
  });
}
