// SPDX-License-Identifier: Apache-2.0
// Images without an engine and without a registry: buildah, in a store of its own.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../world.js";

/** Programs that make base images and build on them. */
const PROGRAMS = ["buildah", "debootstrap", "busybox", "make"];

/** Why no image can be built here, or null. */
export function buildProblem(): string | null {
  for (const program of PROGRAMS) {
    if (spawnSync(program, ["--help"], { stdio: "ignore" }).error !== undefined) return `${program} is not on the PATH`;
  }
  const kind = spawnSync("ldd", ["/bin/busybox"], { encoding: "utf8" });
  if (!`${kind.stdout}${kind.stderr}`.includes("not a dynamic")) return "the busybox here is not static";
  return process.getuid?.() === 0 ? null : "building without an engine needs root";
}

/** What an image says about itself. */
export interface ImageConfig {
  readonly architecture: string;
  readonly config: {
    readonly User?: string;
    readonly Entrypoint?: readonly string[];
    readonly Cmd?: readonly string[];
    readonly Env?: readonly string[];
    readonly Labels?: Readonly<Record<string, string>>;
  };
}

/** A store of images in .cache, which later tests find again. */
export class Buildah {
  /** The words that name the store, before a command. */
  public readonly flags: readonly string[];

  constructor(folder = join(ROOT, ".cache/oci")) {
    mkdirSync(folder, { recursive: true });
    const common = ["--root", join(folder, "store"), "--runroot", mkdtempSync(join(tmpdir(), "oci-"))];
    const overlay = [...common, "--storage-driver", "overlay"];
    const works = spawnSync("buildah", [...overlay, "info"], { stdio: "ignore" }).status === 0;
    this.flags = works ? overlay : [...common, "--storage-driver", "vfs"];
  }

  /**
   * Runs buildah and returns what it printed on standard output.
   *
   * @throws with all that it printed, if it fails
   */
  public run(...args: readonly string[]): string {
    const result = spawnSync("buildah", [...this.flags, ...args], { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 27 });
    if (result.status === 0) return result.stdout.trim();
    const said = `${result.stdout}${result.stderr}`.slice(-6000);
    throw new Error(`buildah ${args.join(" ")}: ${result.error?.message ?? said}`);
  }

  public has(image: string): boolean {
    return spawnSync("buildah", [...this.flags, "inspect", "--type", "image", image], { stdio: "ignore" }).status === 0;
  }

  public config(image: string): ImageConfig {
    return JSON.parse(this.run("inspect", "--type", "image", image)).OCIv1;
  }

  /** Calls `work` with the root of the image's file system in a container of its own. */
  public async mounted<T>(image: string, work: (root: string, container: string) => T | Promise<T>): Promise<T> {
    const container = this.run("from", "--pull-never", image);
    try {
      return await work(this.run("mount", container), container);
    } finally {
      this.run("rm", container);
    }
  }

  /** Removes all images with a label, those of its cache included. */
  public forget(label: string): void {
    const found = this.run("images", "--all", "--quiet", "--no-trunc", "--filter", `label=${label}`);
    const images = new Set(found.split("\n").filter((line) => line !== ""));
    if (images.size > 0) this.run("rmi", "--force", ...images);
  }

  /** Makes an image from another one, unless there is one of that name. */
  public derive(tag: string, from: string, configure: (run: Buildah["run"], container: string) => void): string {
    if (this.has(tag)) return tag;
    const container = this.run("from", "--pull-never", from);
    configure((...args) => this.run(...args), container);
    this.run("commit", "--rm", container, tag);
    return tag;
  }
}

/** What a program prints, or an empty text where there is no such program. */
export function outputOf(program: string, ...args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "";
  }
}
