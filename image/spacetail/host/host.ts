// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess } from "node:child_process";

/**
 * What differs between the two builds of the executable: Node, and native code made by scriptc. Everything else is
 * plain Node API and shared.
 */
export interface Host {
  /** The command that starts this executable again. */
  readonly self: readonly string[];
  /** Opens a stream to a unix socket; rejects with an error whose `code` is that of connect(2). */
  readonly connect: (path: string) => Promise<Stream>;
  /** True if a program accepts TCP connections to `[::1]:port`. */
  readonly listensOnLoopback6: (port: number) => Promise<boolean>;
  /** Replaces the certificate authorities that HTTPS trusts by `roots`, each a PEM block. */
  readonly trust: (roots: readonly string[]) => void;
  /** Owner and permissions of a path, without following a symbolic link; null if there is no such path. */
  readonly permissions: (path: string) => Permissions | null;
  /**
   * Starts a program in `/`, its output appended to the open file `log`, so that it gets SIGTERM when this process
   * dies, however it dies. SIGTERM sent to the child reaches the program.
   */
  readonly spawnGuarded: (argv: readonly string[], env: Record<string, string>, log: number) => ChildProcess;
  /** Asks the kernel for SIGTERM when the parent dies. Only the native build can. */
  readonly dieWithParent: () => void;
  /** Becomes the program `argv`. Resolves only if that fails, with the reason. */
  readonly exec: (argv: readonly string[]) => Promise<string>;
}

/** Who may do what with a path. */
export interface Permissions {
  /** User id of the owner. */
  readonly owner: number;
  /** The twelve permission bits. */
  readonly mode: number;
  /** True for a unix socket. */
  readonly socket: boolean;
}

/** One end of a connection. `read` answers null at the end of the stream; errors reject. */
export interface Stream {
  readonly write: (text: string) => void;
  readonly read: () => Promise<Buffer | null>;
  readonly close: () => void;
}
