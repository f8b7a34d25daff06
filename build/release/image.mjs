// SPDX-License-Identifier: Apache-2.0
// Builds and pushes the image, and measures what a build is worth.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { baseImage, digestOf } from "./moved.mjs";

/** Runs a program that prints to standard error only, because standard output is for workflows. */
function run(root, command, ...args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed`);
}

/**
 * Pushes the image for both architectures under all tags, with provenance and an SBOM, and keeps its layers beside it
 * for the next build.
 *
 * @returns the digest of what was pushed
 */
export function push({ root, image, repository, tags }) {
  const metadata = join(mkdtempSync(join(tmpdir(), "image-")), "metadata.json");
  const cache = `type=registry,ref=${image}:cache`;
  const [first, ...others] = tags.map((tag) => `${image}:${tag}`);
  const flags = [
    ...others.flatMap((name) => ["--tag", name]),
    ...["--build-arg", `SOURCE=${repository}`, "--build-arg", `BASE_DIGEST=${digestOf(baseImage(root))}`],
    ...["--pull", "--provenance=mode=max", "--sbom=true", "--metadata-file", metadata],
    ...["--cache-from", cache, "--cache-to", `${cache},mode=max`],
  ];
  run(root, "make", "docker-buildx", `IMAGE=${first}`, `BUILD_FLAGS=${flags.join(" ")}`);
  return JSON.parse(readFileSync(metadata, "utf8"))["containerimage.digest"];
}

/** The uncompressed sizes of the image, of its base and of the stages that build it. */
function layerSizes(root) {
  const size = (name) => Number(execFileSync("docker", ["image", "inspect", "--format", "{{.Size}}", name]));
  const built = ["runner", "spacetail", "tailscale"].map((target) => {
    const name = `spacetail-report-${target}`;
    run(root, "make", "docker-build", `TARGET=${target}`, `IMAGE=${name}`);
    return [target, size(name)];
  });
  run(root, "docker", "pull", "--quiet", baseImage(root));
  return Object.fromEntries([...built, ["base", size(baseImage(root))]]);
}

/**
 * Writes report.json and facts.json to the folder `out`: sizes and start-up times, the same of the last release, what
 * each step took, and known vulnerabilities.
 *
 * @param last the report of the last release, or undefined
 */
export function report({ root, out, last }) {
  mkdirSync(out, { recursive: true });
  const times = {};
  const timed = (name, work) => {
    const began = Date.now();
    const result = work();
    times[name] = Math.round((Date.now() - began) / 100) / 10;
    return result;
  };
  // The last line is JSON. The audit exits with another status when it finds something, which is for its own job.
  const lastLine = (...words) => {
    const { stdout } = spawnSync("npm", ["run", "--silent", ...words, "--", "--json"], { cwd: root, encoding: "utf8" });
    return JSON.parse(stdout.trim().split("\n").at(-1));
  };
  const layers = timed("image and its stages", () => layerSizes(root));
  const sizes = timed("both architectures", () => lastLine("image:report"));
  // The small tailscaled is there from the report.
  timed("the full tailscaled", () => run(root, "npm", "run", "--silent", "build:tailscaled", "--", "full"));
  const audit = timed("known vulnerabilities", () => lastLine("audit"));
  writeFileSync(join(out, "report.json"), `${JSON.stringify(sizes)}\n`);
  const facts = { report: sizes, layers, times, audit, ...(last === undefined ? {} : { before: last }) };
  writeFileSync(join(out, "facts.json"), `${JSON.stringify(facts)}\n`);
  return facts;
}
