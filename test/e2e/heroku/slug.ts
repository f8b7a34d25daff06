// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { collect } from "./collect.js";

/** How a build ended. */
export interface BuildOutput {
  readonly code: number | null;
  /** Both streams. */
  readonly text: string;
}

/** An app as Heroku keeps it: its files with what buildpacks have added, and their cache. */
export class Slug {
  private constructor(
    private readonly home: string,
    readonly dir: string,
    readonly cache: string,
  ) {}

  /** An app with files, by their paths. */
  static make(files: Readonly<Record<string, string>> = {}): Slug {
    const home = mkdtempSync(join(tmpdir(), "app-"));
    chmodSync(home, 0o755);
    const slug = new Slug(home, join(home, "build"), join(home, "cache"));
    mkdirSync(slug.dir);
    mkdirSync(slug.cache);
    for (const [path, text] of Object.entries(files)) slug.write(path, text);
    return slug;
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.dir, path)), { recursive: true });
    writeFileSync(join(this.dir, path), text);
  }

  /** Builds it with a buildpack, without any variables but the ones that a build has. */
  async build(buildpack: string, config: object): Promise<BuildOutput> {
    const env = mkdtempSync(join(this.home, "env-"));
    for (const [name, value] of Object.entries(config)) writeFileSync(join(env, name), String(value));
    const environment = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: this.home, STACK: "heroku-24" };
    return await collect([join(buildpack, "bin/compile"), this.dir, this.cache, env], environment);
  }

  /** A copy for one dyno, whose user owns it. */
  copy(): string {
    const copy = mkdtempSync(join(tmpdir(), "slug-"));
    cpSync(this.dir, copy, { recursive: true, verbatimSymlinks: true });
    execFileSync("chown", ["-R", "1983:1983", copy]);
    chmodSync(copy, 0o755);
    return copy;
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
