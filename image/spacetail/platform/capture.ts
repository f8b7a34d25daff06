// SPDX-License-Identifier: Apache-2.0
import type { Datagrams } from "./datagrams.js";
import type { Ended } from "./ended.js";

/** Capture of connections by a seccomp filter, as image/native/capture.h describes it. */
export interface Capture {
  /**
   * Tries in a child what capture needs. Returns 0 if everything works, else the number of the step times 1000 and
   * errno: 1 the filter, 2 receiving a call, 3 handing over a socket, 4 reading memory.
   */
  readonly probe: () => number;
  /** Whether this process is captured already. */
  readonly isCaptured: () => boolean;
  /**
   * {@link Platform.run} for a program that `spacetail capture` starts.
   *
   * @param words the command line of `spacetail capture`, in which "" stands for the number of its socket
   */
  readonly run: (path: string, words: readonly string[], changed: Readonly<Record<string, string>>) => Promise<Ended>;
  /**
   * Starts the program, and serves its calls. Nothing is asked of the tailnet before the program needs it, as many
   * never do: then "stale" happens, and the program waits for the first {@link routes}, and the {@link file}s before
   * them.
   *
   * @param words the file of the program, its name and its arguments
   * @param channel the number of the socket
   * @param opens whether files are given as well
   * @param happened gets to know what happens
   * @returns an error code if it cannot be started; else nothing
   */
  readonly start: (words: readonly string[], channel: number, opens: boolean, happened: Listening) => string;
  /** Where the tunnel's SOCKS5 proxy listens: an IPv4 address. */
  readonly proxy: (ip: string, port: number) => void;
  /** The destinations that are captured: networks with a space between them; `!` in front excludes one. */
  readonly routes: (networks: string) => void;
  /** What the program gets when it opens one of these files. */
  readonly file: (name: CapturedFile, text: string) => void;
  /**
   * Where the name server of {@link file} listens, if it is not on port 53 of its address: UDP sockets that are
   * connected to that port are connected there.
   */
  readonly names: (ip: string, port: number) => void;
  readonly datagrams: Datagrams;
  readonly counts: () => CaptureCounts;
}

export type CapturedFile = "resolv.conf" | "hosts";

/** "stale": {@link Capture.routes} is to be called, at first or anew; "over": nothing is captured any more. */
export type Listening = (what: "stale" | "over") => void;

/** How many connections there have been, and what they have carried. */
export interface CaptureCounts {
  readonly captured: number;
  readonly failed: number;
  readonly open: number;
  readonly sent: number;
  readonly received: number;
  /** Connections of programs whose memory cannot be read. They were left alone. */
  readonly unreadable: number;
}
