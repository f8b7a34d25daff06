// SPDX-License-Identifier: Apache-2.0
// Repositories in which tests run the commands of a release.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const ROOT = join(__dirname, "../..");

/** A copy of what build/release works on, as a repository with these tags. */
export function newRepository(tags: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), "spacetail-repository-"));
  for (const path of [
    "LICENSE",
    "build/buildpack.mjs",
    "build/release",
    "contract/hooks/fetch.sh",
    "contract/wire",
    "image/hosts/heroku",
    "image/tailscale",
    "image/Dockerfile",
    "Makefile",
    "package.json",
  ])
    cpSync(join(ROOT, path), join(root, path), { recursive: true });
  writeFileSync(
    join(root, "CHANGELOG.md"),
    "# Changelog\n\n## [Unreleased]\n\n## [0.1.0]\n\n- First.\n\n## [0.0.9]\n\n- Zero.\n",
  );
  const git = (...words: readonly string[]) => {
    const identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
    expect(spawnSync("git", [...identity, ...words], { cwd: root }).status).toBe(0);
  };
  git("init", "--quiet");
  git("add", ".");
  git("commit", "--quiet", "--message", "all");
  for (const tag of tags) git("tag", tag);
  return root;
}

export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function release(root: string, words: readonly string[], env: Readonly<Record<string, string>> = {}): Result {
  const { PATH = "", HOME = "" } = process.env;
  return spawnSync(process.execPath, [join(root, "build/release/main.mjs"), ...words], {
    cwd: root,
    env: { PATH, HOME, GITHUB_REPOSITORY: "Acme/spacetail", ...env },
    encoding: "utf8",
  });
}
