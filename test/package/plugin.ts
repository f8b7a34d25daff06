// SPDX-License-Identifier: Apache-2.0
import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { GitServer, HOST } from "./git-server.js";
import { npm } from "./npm.js";
import { ROOT } from "./tarball.js";

const { version } = require("../../package.json");

/** A user's project that nothing of the plugin may take anything from. */
export const HOSTILE = {
  "package.json": '{ "name": "program", "type": "module", "main": "missing.js" }',
  "tsconfig.json": `{
    "extends": "./missing.json",
    "compilerOptions": { "module": "unheard of", "allowJs": true, "checkJs": true, "types": ["missing"] },
    "ts-node": { "swc": true, "require": ["missing"] },
    and then not even JSON`,
  "node_modules/typescript/package.json": '{ "name": "typescript", "version": "99.0.0", "main": "main.js" }',
  "node_modules/typescript/main.js": 'throw new Error("the TypeScript of the user");',
  "node_modules/ts-node/package.json": '{ "name": "ts-node", "version": "99.0.0", "main": "main.js" }',
  "node_modules/ts-node/main.js": 'throw new Error("the ts-node of the user");',
};

/** What the examples make, by type and name. */
export const EXAMPLE_RESOURCES = [
  "spacelift:index/context:Context tailnet",
  "spacelift:index/environmentVariable:EnvironmentVariable tailnet-TS_OAUTH_CLIENT_ID",
  "spacelift:index/environmentVariable:EnvironmentVariable tailnet-TS_OAUTH_CLIENT_SECRET",
  "spacelift:index/environmentVariable:EnvironmentVariable tailnet-TS_OAUTH_TAGS",
  "spacetail:index:TailnetContext tailnet",
  "spacetail:index:TailnetOAuthClient oauth-client",
  "tailscale:index/oauthClient:OauthClient oauth-client",
];

/** Nothing of the machine's own settings. */
const GIT_ENVIRONMENT = {
  PATH: process.env.PATH,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "author",
  GIT_AUTHOR_EMAIL: "author@example.com",
  GIT_COMMITTER_NAME: "author",
  GIT_COMMITTER_EMAIL: "author@example.com",
};

function git(cwd: string, ...words: string[]): void {
  execFileSync("git", words, { cwd, env: GIT_ENVIRONMENT, stdio: "pipe" });
}

/** The repository as it is in this working tree, at a Git server on loopback, under the tag of its version. */
export class PublishedPlugin {
  private constructor(
    private readonly server: GitServer,
    /** A folder for the tests' own. */
    public readonly base: string,
  ) {}

  static async publish(): Promise<PublishedPlugin> {
    const base = mkdtempSync(join(tmpdir(), "spacetail-plugin-"));
    const source = join(base, "source");
    const words = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    const files = execFileSync("git", words, { cwd: ROOT, encoding: "utf8" }).split("\0").filter(Boolean);
    // Deleted files are listed until that is committed.
    for (const file of files.filter((one) => existsSync(join(ROOT, one)))) {
      mkdirSync(dirname(join(source, file)), { recursive: true });
      cpSync(join(ROOT, file), join(source, file));
    }
    git(source, "init", "--quiet", "--initial-branch=main");
    git(source, "add", "--all", "--force");
    git(source, "commit", "--quiet", "--message=Everything");
    git(source, "tag", `v${version}`);
    const served = join(base, "served");
    git(source, "clone", "--quiet", "--bare", source, join(served, "acme/spacetail.git"));
    const keys = join(base, "keys");
    mkdirSync(keys);
    return new PublishedPlugin(await GitServer.start(served, keys), base);
  }

  /** What users give to `pulumi package add`. */
  get url(): string {
    return `https://${HOST}/acme/spacetail/pulumi@v${version}`;
  }

  /** What makes Git, and Pulumi, reach and trust the server. */
  get environment() {
    return this.server.environment;
  }

  /**
   * Does what Pulumi does for `package add` before it starts the plugin: it clones the repository and runs npm in the
   * plugin's folder. Source: pulumi/pulumi, sdk/nodejs/npm/npm.go.
   *
   * @returns that folder
   * @throws Unreachable if npm cannot reach its registry
   */
  async install(): Promise<string> {
    const clone = join(this.base, "clone");
    const repository = `${this.url.split("/pulumi@")[0]}.git`;
    const words = ["clone", "--quiet", "--branch", `v${version}`, "-c", "advice.detachedHead=false", repository, clone];
    // Not execFileSync, since the server is in this process.
    await promisify(execFile)("git", words, { env: { ...GIT_ENVIRONMENT, ...this.environment } });
    const folder = join(clone, "pulumi");
    npm(folder, "install");
    return folder;
  }

  /** A new folder of a user, with these files. */
  project(files: Readonly<Record<string, string>> = {}): string {
    const folder = mkdtempSync(join(this.base, "project-"));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return folder;
  }

  async remove(): Promise<void> {
    await this.server.stop();
    rmSync(this.base, { recursive: true, force: true });
  }
}
