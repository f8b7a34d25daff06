// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess } from "node:child_process";
import type { Net } from "./net.js";

/**
 * What differs between the two builds of the executable: the one for Node, and the native one compiled by scriptc.
 * Everything else is plain Node API and shared. Error codes are Node's, such as ENOENT.
 */
export interface Platform {
  /** The command line that starts this executable again. */
  readonly command: readonly string[];
  /** Sockets. */
  readonly net: Net;
  /** Makes HTTPS trust exactly these certificate authorities, each a PEM block. */
  readonly trust: (certificates: readonly string[]) => void;
  /** Owner and permissions of a path, without following a symbolic link; null if there is no such path. */
  readonly permissions: (path: string) => Permissions | null;
  /**
   * Starts a program in `/` and appends its output to the open file `log`. The program gets SIGTERM when this process
   * dies, however it dies, and when the child is sent SIGTERM.
   */
  readonly spawnGuarded: (argv: readonly string[], env: Record<string, string>, log: number) => ChildProcess;
  /** Asks the kernel for SIGTERM when the parent dies. The native build only. */
  readonly dieWithParent: () => void;
  /** Makes a symbolic link at `path` if that is possible. */
  readonly link: (target: string, path: string) => void;
  /**
   * Allows this process as many descriptors as it may have; its children inherit that. Node does so when it starts.
   */
  readonly raiseDescriptorLimit: () => void;
  /** Replaces this process by the program `argv`. Resolves only if that fails, with an error code. */
  readonly exec: (argv: readonly string[]) => Promise<string>;
}

/** Who may do what with a path. */
export interface Permissions {
  /** User ID of the owner. */
  readonly owner: number;
  /** The twelve permission bits. */
  readonly mode: number;
  /** True for a unix socket. */
  readonly socket: boolean;
}
