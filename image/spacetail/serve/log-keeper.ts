// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from "node:fs";
import { redact } from "../../../contract/wire/secrets.js";
import { withoutControls } from "../errors/printable.js";
import { readText } from "../process/files.js";
import { type GrowingFile, growingFile } from "../process/growing-file.js";
import type { RuntimeDir } from "../tunnel/runtime-dir.js";

/** How often new lines are looked for. Milliseconds. */
const LOOK_EVERY_MS = 500;

/** A log that is longer is cut, as a tunnel may be up for years. Bytes. */
const LONGEST_LOG = 4_194_304;

/** What stays of its beginning, which has tailscaled's version and ports. Characters. */
const HEAD = 16_384;

/** The logs of a tunnel that is kept in the foreground. */
export interface LogKeeper {
  /** Prints what is left. */
  readonly stop: () => void;
}

/**
 * Copies what the supervisor and tailscaled log to standard error, where a service manager or a container's engine
 * collects it, and keeps their files from growing for ever.
 *
 * @param secrets what must not be shown
 * @param showsDaemon whether tailscaled's own lines are copied
 */
export function keepLogs(dir: RuntimeDir, secrets: readonly string[], showsDaemon = true): LogKeeper {
  // The supervisor's lines say themselves whose they are.
  const logs = [keptLog("", dir.supervisorLog), keptLog("tailscaled: ", dir.daemonLog)];
  const look = (isLast: boolean): void => {
    for (const { mark, path, file } of logs) {
      for (const line of file.lines(isLast)) {
        if (mark === "" || showsDaemon) console.error(`${mark}${withoutControls(redact(line, secrets))}`);
      }
      if (file.size() > LONGEST_LOG) cut(path, file);
    }
  };
  const timer = setInterval(() => look(false), LOOK_EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      look(true);
    },
  };
}

interface KeptLog {
  readonly mark: string;
  readonly path: string;
  readonly file: GrowingFile;
}

function keptLog(mark: string, path: string): KeptLog {
  return { mark, path, file: growingFile(path) };
}

/** Whoever writes the file appends to it, and so goes on behind what is left. */
function cut(path: string, file: GrowingFile): void {
  const head = (readText(path) ?? "").slice(0, HEAD);
  const kept = `${head.slice(0, head.lastIndexOf("\n") + 1)}[...]\n`;
  try {
    writeFileSync(path, kept);
    file.skip(Buffer.from(kept).length);
  } catch {
    // On a full disk, say, where it does not grow either.
  }
}
