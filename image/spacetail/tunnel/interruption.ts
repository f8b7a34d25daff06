// SPDX-License-Identifier: Apache-2.0

/** What a signal does to an `up` in progress. */
export interface Interruption {
  /** The exit status that the signal asks for; 0 while there was none. */
  readonly exitStatus: () => number;
  /** Resolves with that status when the supervisor has been asked to stop. */
  readonly stopped: Promise<number>;
}

/**
 * A signal must not leave half a tunnel behind: the hook that called `up` is about to end. `stop` hands the rest over
 * to the supervisor.
 */
export function stopOnSignals(stop: () => Promise<void>): Interruption {
  let exitStatus = 0;
  const stopped = new Promise<number>((resolve) => {
    const end = (code: number): void => {
      if (exitStatus !== 0) return;
      exitStatus = code;
      stop().then(
        () => resolve(code),
        () => resolve(code),
      );
    };
    process.on("SIGTERM", () => end(143));
    process.on("SIGINT", () => end(130));
  });
  return { exitStatus: () => exitStatus, stopped };
}
