// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Namespaces } from "./namespaces.js";

/** Where commands are looked up inside a container, before a run's variables have their say. */
export const CONTAINER_PATH = "/mnt/image:/mnt/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The home directory inside a container: empty, writable, gone with the container. */
export const CONTAINER_HOME = "/mnt/home";

/** What a container is laid out from. All paths are the host's. */
export interface ContainerLayout {
  readonly namespaces: Namespaces;
  /** An existing directory for the container's own use. */
  readonly scratch: string;
  /** The directory that is `/mnt/workspace` inside. */
  readonly workspace: string;
  /** The container's host name. */
  readonly hostname: string;
  /** A directory of executables, first on the container's PATH. Default: none. */
  readonly image?: string | undefined;
  /** Whether commands run as root, as in a privileged container, and not as user 1983. Default: false. */
  readonly asRoot?: boolean | undefined;
  /**
   * A directory with the file system of an image, which becomes the container's and is written to. It needs
   * `privileged` namespaces. Default: the caller's root.
   */
  readonly root?: string | undefined;
  /** Mount options of `/tmp`, such as `ro` or `size=1m`. Default: none. */
  readonly tmp?: string | undefined;
  /** The executable that is `terraform` on the container's PATH, whatever its own name. Default: what PATH finds. */
  readonly terraform?: string | undefined;
}

/** The path of container-setup.sh and the environment that tells it about a layout. */
export function environmentOfSetup(layout: ContainerLayout): { setup: string; environment: Record<string, string> } {
  const stage = join(layout.scratch, "stage");
  mkdirSync(stage, { recursive: true });
  return {
    setup: beside("container-setup.sh"),
    environment: {
      PATH: process.env.PATH ?? "",
      CONTAINER_NAMESPACES: layout.namespaces,
      CONTAINER_STAGE: stage,
      CONTAINER_WORKSPACE: resolve(layout.workspace),
      CONTAINER_HOSTNAME: layout.hostname,
      CONTAINER_IMAGE: layout.image === undefined ? "" : resolve(layout.image),
      CONTAINER_TERRAFORM: layout.terraform === undefined ? "" : resolve(layout.terraform),
      CONTAINER_USER: layout.asRoot === true ? "root" : "runner",
      CONTAINER_TMP: layout.tmp ?? "",
      CONTAINER_NODE: process.execPath,
      CONTAINER_WORKER: beside("worker.cjs"),
      CONTAINER_PATH: CONTAINER_PATH,
      CONTAINER_ROOT: layout.root === undefined ? "" : resolve(layout.root),
      CONTAINER_LIBRARIES: layout.root === undefined ? "" : librariesOfNode().join(" "),
    },
  };
}

/** The command that starts the worker. In an image's file system Node.js needs the caller's loader and libraries. */
export function workerCommand(layout: Pick<ContainerLayout, "root">): readonly string[] {
  const worker = ["/mnt/bin/node", "/mnt/worker/worker.cjs"];
  if (layout.root === undefined) return worker;
  const loader = librariesOfNode()
    .map((path) => basename(path))
    .find((name) => name.startsWith("ld-"));
  return loader === undefined ? worker : [`/mnt/lib/${loader}`, "--library-path", "/mnt/lib", ...worker];
}

/** The shared libraries of this Node.js, with their loader. */
function librariesOfNode(): readonly string[] {
  const lines = execFileSync("ldd", [process.execPath], { encoding: "utf8" }).split("\n");
  return lines.map((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1]).filter((path) => path !== undefined);
}

/**
 * A file that lies beside this one. In a bundle `__dirname` is elsewhere; then the current directory is the project.
 */
function beside(name: string): string {
  const candidates = [join(__dirname, name), resolve("test/world/runs/container", name)];
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(`no ${name} at ${candidates.join(" or ")}: start in the project's directory`);
  return found;
}
