// SPDX-License-Identifier: Apache-2.0
// The image for arm64, run by emulation, and whether building again makes the same.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { busyboxRunner } from "../world/oci/bases.js";
import { cloned, discard, dockerFor, make } from "../world/oci/build.js";
import { Buildah, buildProblem } from "../world/oci/buildah.js";
import { executableKind, pathsIn } from "../world/oci/files.js";
import { ROOT } from "../world/world.js";

const problem = buildProblem();
if (problem !== null) console.warn(`skipped: the images: ${problem}`);

const FOREIGN = join(ROOT, "test/world/oci/foreign.sh");

/** Why executables for arm64 cannot be run here, or null. */
function emulationProblem(): string | null {
  if (problem !== null) return problem;
  if (spawnSync("qemu-aarch64-static", ["--version"]).error !== undefined)
    return "qemu-aarch64-static is not on the PATH";
  const tried = spawnSync(FOREIGN, ["true"], { encoding: "utf8" });
  return tried.status === 0 ? null : `emulation in a user namespace: ${tried.stderr.trim()}`;
}

const arm64 = emulationProblem();
if (arm64 !== null) console.warn(`skipped: running executables for arm64: ${arm64}`);

/** The sums of all files of an image and its times, by path. */
function sums(root: string): Record<string, string> {
  const sum = (path: string) =>
    createHash("sha256")
      .update(readFileSync(join(root, path)))
      .digest("hex");
  return Object.fromEntries(pathsIn(root).map((path) => [path, sum(path)]));
}

(problem === null ? describe : describe.skip)("the files of the image", () => {
  const buildah = problem === null ? new Buildah() : undefined;
  const built: Record<string, Record<string, string>> = {};
  const folders: Record<string, string> = {};
  let clone: string;

  beforeAll(async () => {
    clone = cloned();
    for (const platform of ["amd64", "arm64"]) {
      const image = `localhost/spacetail-files:${platform}`;
      const flags = `--platform linux/${platform}`;
      make(clone, "docker-build", {
        DOCKER: dockerFor(buildah as Buildah),
        IMAGE: image,
        TARGET: "files",
        BUILD_FLAGS: flags,
      });
      await (buildah as Buildah).mounted(image, (root) => {
        built[platform] = sums(root);
        folders[platform] = mkdtempSync(join(tmpdir(), "files-"));
        cpSync(root, folders[platform] ?? "", { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
      });
    }
  });
  afterAll(() => discard(clone));

  const file = (platform: string, path: string) => join(folders[platform] ?? "", path);

  test("are for both architectures, and static", () => {
    for (const [platform, arch] of Object.entries({ amd64: "x64", arm64: "arm64" })) {
      for (const name of ["spacetail", "tailscaled"])
        expect(executableKind(file(platform, `usr/local/bin/${name}`))).toEqual({ arch, isStatic: true });
    }
  });

  test("of the target for kernel networking have a tailscaled that has it", async () => {
    const image = "localhost/spacetail-files-full";
    make(clone, "docker-build", { DOCKER: dockerFor(buildah as Buildah), IMAGE: image, TARGET: "files-full" });
    await (buildah as Buildah).mounted(image, (root) => {
      expect(Object.keys(sums(root))).toEqual(Object.keys(built.amd64 ?? {}));
      const tags = (daemon: string) =>
        /^\tbuild\t-tags=(.*)$/m.exec(execFileSync("go", ["version", "-m", daemon], { encoding: "utf8" }))?.[1];
      expect(tags(file("amd64", "usr/local/bin/tailscaled"))).toContain("ts_omit_osrouter");
      expect(tags(join(root, "usr/local/bin/tailscaled"))).not.toContain("ts_omit_osrouter");
    });
  });

  test("are the same when they are built elsewhere, without any cache", () => {
    // GIVEN a copy of the repository in another folder, and no cache of Go, of npm or of ours
    const other = cloned();
    const caches = mkdtempSync(join(tmpdir(), "caches-"));
    const modules = join(other, "node_modules");
    cpSync(join(ROOT, "image/native/package.json"), join(other, "image/native/package.json"));
    execFileSync("ln", ["-s", join(ROOT, "node_modules"), modules]);
    const env = { ...process.env, GOCACHE: caches, MUSL_CC: "zig", SOURCE_DATE_EPOCH: "0" };
    const build = (script: string, ...words: string[]) =>
      execFileSync(process.execPath, [join(other, script), ...words], {
        cwd: other,
        env,
        stdio: ["ignore", "pipe", "pipe"],
      });
    // WHEN the same is built without a container
    build("build/executable.mjs", "x64");
    build("build/tailscaled.mjs", "x64");
    // THEN both executables are the image's
    for (const name of ["spacetail", "tailscaled"]) {
      const sum = createHash("sha256")
        .update(readFileSync(join(other, `image/dist/${name}-linux-x64`)))
        .digest("hex");
      expect([name, sum]).toEqual([name, built.amd64?.[`usr/local/bin/${name}`]]);
    }
    rmSync(caches, { recursive: true });
    discard(other);
  });

  (arm64 === null ? test : test.skip)("for arm64, a whole run keeps all promises", async () => {
    const root = mkdtempSync(join(tmpdir(), "arm64-"));
    await (buildah as Buildah).mounted(busyboxRunner(buildah as Buildah), (base) => {
      execFileSync("cp", ["--archive", `${base}/.`, root]);
      execFileSync("cp", ["--archive", `${folders.arm64}/.`, root]);
    });
    // The run's user must be able to enter it, and both copies have brought their own mode.
    chmodSync(root, 0o755);
    expect(existsSync(join(root, "usr/local/bin/spacetail"))).toBe(true);
    const words = [process.execPath, join(ROOT, "build/run.mjs"), "rehearse", "--root", root, "--json"];
    const run = spawnSync(FOREIGN, words, { cwd: ROOT, encoding: "utf8" });
    if (run.status !== 0) throw new Error(run.stderr);
    expect(run.stderr).not.toContain("broken:");
    expect(JSON.parse(run.stdout.trim().split("\n").at(-1) ?? "")).toMatchObject({
      reached: true,
      nodesLeft: 0,
      processesLeft: 0,
      secretsSeen: 0,
    });
  });
});
