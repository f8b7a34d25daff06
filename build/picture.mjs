// SPDX-License-Identifier: Apache-2.0
// Draws docs/run.svg from docs/run.pikchr: npm run build:picture. With --check it only compares the two.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import pikchr from "pikchr-wasm";

const here = join(dirname(fileURLToPath(import.meta.url)), "../docs");
const picture = join(here, "run.svg");

await pikchr.loadWASM();
const svg = pikchr.render(readFileSync(join(here, "run.pikchr"), "utf8")).trimEnd();
if (!svg.startsWith("<svg")) throw new Error(svg);
const drawn = `${svg.replace(">", "><title>A phase of a run on the tailnet</title>")}\n`;

if (!process.argv.includes("--check")) writeFileSync(picture, drawn);
else if (readFileSync(picture, "utf8") !== drawn) {
  console.error("docs/run.svg is not what docs/run.pikchr says: npm run build:picture");
  process.exit(1);
}
