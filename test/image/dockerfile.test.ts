// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");

/** Why no image can be built here, or null. A static BusyBox makes the base, so that nothing has to be pulled. */
function buildProblem(): string | null {
  for (const program of ["buildah", "busybox"]) {
    if (spawnSync(program, ["--help"], { stdio: "ignore" }).error !== undefined) return `${program} is not on the PATH`;
  }
  const kind = spawnSync("ldd", ["/usr/bin/busybox"], { encoding: "utf8" });
  if (!`${kind.stdout}${kind.stderr}`.includes("not a dynamic")) return "the busybox here is not static";
  return process.getuid?.() === 0 ? null : "building without an engine needs root";
}

const problem = buildProblem();
if (problem !== null) console.warn(`skipped: the runner image: ${problem}`);

describe("the Dockerfile", () => {
  test("takes the default base from Spacelift and runs nothing", () => {
    const text = readFileSync(join(ROOT, "image/Dockerfile"), "utf8");
    const steps = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    expect(steps.map((line) => line.split(" ")[0])).toEqual(["ARG", "FROM", "ARG", "COPY", "COPY", "COPY"]);
    expect(steps[0]).toBe("ARG BASE_IMAGE=public.ecr.aws/spacelift/runner-terraform:latest");
  });

  (problem === null ? test : test.skip)("adds three files to a base, and keeps its user", () => {
    const scratch = mkdtempSync(join(tmpdir(), "image-"));
    const store = ["--root", join(scratch, "store"), "--runroot", join(scratch, "run"), "--storage-driver", "vfs"];
    const buildah = (...args: string[]) =>
      execFileSync("buildah", [...store, ...args], {
        cwd: ROOT,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      }).trim();
    try {
      // GIVEN a base like Spacelift's: a user 1983 that everything runs as, and an entry point of its own
      const base = join(scratch, "base");
      for (const folder of ["bin", "etc", "tmp", "usr/local/bin"]) mkdirSync(join(base, folder), { recursive: true });
      copyFileSync("/usr/bin/busybox", join(base, "bin/busybox"));
      chmodSync(join(base, "bin/busybox"), 0o755);
      for (const name of ["sh", "id", "ls", "find"]) symlinkSync("busybox", join(base, "bin", name));
      writeFileSync(join(base, "etc/passwd"), "root:x:0:0::/:/bin/sh\nspacelift:x:1983:1983::/tmp:/bin/sh\n");
      const container = buildah("from", "scratch");
      buildah("copy", container, base, "/");
      buildah("config", "--user", "spacelift", "--entrypoint", '["/bin/sh"]', container);
      buildah("commit", container, "localhost/base");
      // WHEN the runner image is built on it
      const args = ["--build-arg", "BASE_IMAGE=localhost/base", "--isolation", "chroot", "--pull-never"];
      buildah("bud", ...args, "--file", "image/Dockerfile", "--tag", "localhost/runner", ".");
      // THEN three files are new, and they work as the base's user
      const config = JSON.parse(buildah("inspect", "--type", "image", "localhost/runner")).OCIv1.config;
      expect(config).toMatchObject({ User: "spacelift", Entrypoint: ["/bin/sh"] });
      const runner = buildah("from", "--pull-never", "localhost/runner");
      const inside = (...words: string[]) => buildah("run", "--isolation", "chroot", runner, "--", ...words);
      expect(inside("find", "/usr/local/bin", "-mindepth", "1").split("\n").sort()).toEqual([
        "/usr/local/bin/spacetail",
        "/usr/local/bin/tailscale",
        "/usr/local/bin/tailscaled",
      ]);
      expect(inside("id", "-u")).toBe("1983");
      expect(inside("spacetail", "version")).toMatch(/^spacetail \d/);
      expect(inside("tailscaled", "--version")).toMatch(/^1\.102\.\d/);
      expect(inside("tailscale", "version")).toMatch(/^1\.102\.\d/);
      buildah("rm", "--all");
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  });
});
