// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess } from "node:child_process";

/**
 * What differs between the two builds of the executable: the one for Node, and the native one compiled by scriptc.
 * Everything else is plain Node API and shared. Error codes are Node's, such as ENOENT.
 */
export interface Platform {
  /** The command line that starts this executable again. */
  readonly command: readonly string[];
  /** Opens a stream to a unix socket. */
  readonly connect: Connect;
  /** Tries a unix socket: empty if a program accepts connections on it, else the error of connect(2), as a code. */
  readonly socketProblem: (path: string) => Promise<string>;
  /** True if a program accepts TCP connections on `[::1]:port`. */
  readonly listensOnLoopback6: (port: number) => Promise<boolean>;
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
  /** Replaces this process by the program `argv`. Resolves only if that fails, with an error code. */
  readonly exec: (argv: readonly string[]) => Promise<string>;
  /**
   * Runs a program with the streams of this process until it ends, and passes on the signals that other processes send
   * to this one. Those of the terminal reach both, because both are in one group of processes.
   *
   * @param path the file of the program
   * @param words its name and its arguments
   * @param changed variables that it is to have besides the ones of this process
   */
  readonly run: (path: string, words: readonly string[], changed: Readonly<Record<string, string>>) => Promise<Ended>;
  /** Ends this process by a signal. Returns where that cannot be done: the first process of a container. */
  readonly die: (signal: number) => void;
}

/** How a program ended. */
export interface Ended {
  readonly status: number;
  /** The number of the signal that ended it; 0 if none did. */
  readonly signal: number;
  /** Why it could not be started, as an error code; empty if it could. */
  readonly problem: string;
}

/** Rejects if nobody listens. */
export type Connect = (path: string) => Promise<Stream>;

/** Who may do what with a path. */
export interface Permissions {
  /** User ID of the owner. */
  readonly owner: number;
  /** The twelve permission bits. */
  readonly mode: number;
  /** True for a unix socket. */
  readonly socket: boolean;
}

/** One end of a connection. `read` resolves with null at the end of the stream; errors reject. */
export interface Stream {
  readonly write: (text: string) => void;
  readonly read: () => Promise<Buffer | null>;
  readonly close: () => void;
}
