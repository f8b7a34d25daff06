// SPDX-License-Identifier: Apache-2.0
import type { ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";

/** How a program ended. */
export interface Ended {
  /** Null after a signal. */
  readonly code: number | null;
  /** What it printed on both streams. */
  readonly text: string;
}

/** A program whose output is collected. */
export interface Collected {
  readonly ended: Promise<Ended>;
  /** What it has printed so far. */
  readonly text: () => string;
}

/** Collects what a program prints on both streams, in the order in which it comes. */
export function collect(child: ChildProcessByStdio<null, Readable, Readable>): Collected {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, text }));
  });
  return { ended, text: () => text };
}
