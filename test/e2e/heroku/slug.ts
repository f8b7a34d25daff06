// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { collect, type Ended } from "../../world/collect.js";

/** Runs a program, while this process may serve what it asks for. */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  const [program = "", ...args] = argv;
  return await collect(spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] })).ended;
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
  async build(buildpack: string, config: object): Promise<Ended> {
    const env = mkdtempSync(join(this.home, "env-"));
    for (const [name, value] of Object.entries(config)) writeFileSync(join(env, name), String(value));
    const environment = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: this.home, STACK: "heroku-24" };
    return await run([join(buildpack, "bin/compile"), this.dir, this.cache, env], environment);
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
