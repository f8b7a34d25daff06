// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess } from "node:child_process";
import type { Capture } from "./capture.js";
import type { Ended } from "./ended.js";
import type { Connection, Net } from "./net.js";

/**
 * What differs between the two builds of the executable: the one for Node, and the native one compiled by scriptc.
 * Everything else is plain Node API and shared. Error codes are Node's, such as ENOENT.
 */
export interface Platform {
  /** The command line that starts this executable again. */
  readonly command: readonly string[];
  /** Sockets. */
  readonly net: Net;
  /** Makes TLS trust exactly these certificate authorities, each a PEM block. */
  readonly trust: (certificates: readonly string[]) => void;
  /**
   * Speaks TLS over a connection, as a client. Closing the result closes the connection.
   *
   * @param name the name or IP address that the server's certificate must be for
   * @returns rejects with the code of Node's error if the certificate is at fault: CERT_HAS_EXPIRED,
   *   CERT_NOT_YET_VALID, ERR_TLS_CERT_ALTNAME_INVALID, UNABLE_TO_VERIFY_LEAF_SIGNATURE and others; with
   *   ERR_TLS_KEY_TYPE if it has a key of a kind that this build does not support; with EPROTO or ECONNRESET if the
   *   server does not speak TLS or goes away
   */
  readonly secure: (connection: Connection, name: string) => Promise<Connection>;
  /** Owner and permissions of a path, without following a symbolic link; null if there is no such path. */
  readonly permissions: (path: string) => Permissions | null;
  /**
   * Starts a program in `/` and appends its output to the open file `log`. The program gets SIGTERM when this process
   * dies, however it dies, and when the child is sent SIGTERM.
   */
  readonly spawnGuarded: (argv: readonly string[], env: Record<string, string>, log: number) => ChildProcess;
  /** Makes a symbolic link at `path` if that is possible. */
  readonly link: (target: string, path: string) => void;
  /**
   * Allows this process as many descriptors as it may have; its children inherit that. Node does so when it starts.
   */
  readonly raiseDescriptorLimit: () => void;
  /**
   * Forbids core dumps of this process and its children, because they would contain keys. The build for Node can do so
   * only for what {@link spawnGuarded} starts, and always does.
   */
  readonly forbidCoreDumps: () => void;
  /**
   * Sends a datagram to the unix socket of a service manager, given by its path, or by `@` and its abstract name.
   * Resolves with an error code, or an empty text.
   */
  readonly notify: (address: string, text: string) => Promise<string>;
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
  /** Sends the connections of programs through the tunnel; null in the build for Node. */
  readonly capture: Capture | null;
  /** Ends this process by a signal. Returns where that cannot be done: the first process of a container. */
  readonly die: (signal: number) => void;
  /** Takes over standard input and output. To be called once. */
  readonly stdio: () => Stdio;
}

/**
 * Standard input and output. If nobody reads the output any more, this process ends as if by SIGPIPE: at once in the
 * native build, at the next write with Node.
 */
export interface Stdio {
  /** The next bytes of the input; null at its end. */
  readonly read: () => Promise<Buffer | null>;
  /** Resolves when there is room for more. */
  readonly write: (bytes: Buffer) => Promise<void>;
  /** Stops reading; resolves when everything has been written. */
  readonly finish: () => Promise<void>;
}

/** The message of EPROTO from {@link Platform.secure} for a server that does not understand TLS. */
export const NO_TLS = "the server does not speak TLS";

/** Who may do what with a path. */
export interface Permissions {
  /** User ID of the owner. */
  readonly owner: number;
  /** The twelve permission bits. */
  readonly mode: number;
  /** True for a unix socket. */
  readonly socket: boolean;
}
