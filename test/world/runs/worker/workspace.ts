// SPDX-License-Identifier: Apache-2.0
import { execFile } from "node:child_process";
import { cp, lchown, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { promisify } from "node:util";
import { type Namespaces, RUNNER_UID } from "../container/namespaces.js";
import type { RunFile } from "../definition.js";

const run = promisify(execFile);

/** The directory on the host that is /mnt/workspace in one container. */
export class Workspace {
  private constructor(
    /** Its path on the host. */
    public readonly path: string,
    private readonly namespaces: Namespaces,
  ) {}

  /** Makes one with a copy of a project in `source/` and the files put over it. */
  public static async create(
    path: string,
    namespaces: Namespaces,
    source: string,
    files: readonly RunFile[],
  ): Promise<Workspace> {
    const workspace = new Workspace(path, namespaces);
    await mkdir(path);
    await cp(source, join(path, "source"), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    for (const file of files) {
      const target = workspace.hostPath(file.path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, file.content);
    }
    await workspace.giveToRunner();
    return workspace;
  }

  /** Makes one from an archive. */
  public static async restore(path: string, namespaces: Namespaces, archive: string): Promise<Workspace> {
    await mkdir(path);
    const workspace = new Workspace(path, namespaces);
    await workspace.giveToRunner();
    await tar(["-xpf", archive, "-C", path]);
    return workspace;
  }

  /** Packs everything that a tar archive can hold; sockets cannot be. Answers the archive's size in bytes. */
  public async archive(archive: string): Promise<number> {
    await tar(["-cf", archive, "-C", this.path, "."]);
    return (await stat(archive)).size;
  }

  /** All entries that are not directories, relative to the workspace, sorted. */
  public async entries(): Promise<readonly string[]> {
    const found = await readdir(this.path, { recursive: true, withFileTypes: true });
    const paths = found.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
    return paths.map((path) => path.slice(this.path.length + 1)).sort();
  }

  /** The text of a file in the workspace, or null when there is none. */
  public async read(path: string): Promise<string | null> {
    try {
      return await readFile(this.hostPath(path), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }

  /**
   * Puts a file there that is the runner's and that nobody else can read, in place of whatever had its name. The run
   * may have left a link there, which is not followed.
   */
  public async write(path: string, content: string): Promise<void> {
    const target = this.hostPath(path);
    await rm(target, { recursive: true, force: true });
    await writeFile(target, content, { flag: "wx", mode: 0o600 });
    if (this.namespaces === "privileged") await lchown(target, RUNNER_UID, RUNNER_UID);
  }

  private hostPath(path: string): string {
    const relative = normalize(path.replace(/^\/mnt\/workspace\//, ""));
    if (relative.startsWith("..") || relative.startsWith("/")) throw new Error(`${path} is not below /mnt/workspace`);
    return join(this.path, relative);
  }

  /** In user namespaces the caller's own files are user 1983's already. */
  private async giveToRunner(): Promise<void> {
    if (this.namespaces !== "privileged") return;
    await lchown(this.path, RUNNER_UID, RUNNER_UID);
    for (const entry of await readdir(this.path, { recursive: true })) {
      await lchown(join(this.path, entry), RUNNER_UID, RUNNER_UID);
    }
  }
}

/** Runs tar(1). GNU tar ends with 1 and a remark when a file changed meanwhile, as may happen with leftover daemons. */
async function tar(args: readonly string[]): Promise<void> {
  try {
    await run("tar", args);
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code !== 1 || !/changed as we read it|file removed before we read it/i.test(stderr ?? "")) throw error;
  }
}
