// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from "node:timers/promises";
import type { CommandOptions } from "../container/command.js";
import type { Container } from "../container/container.js";
import type { Outputs, OutputValue } from "../result.js";

/**
 * Reads the outputs as the worker does after an apply: by a command of its own, outside the phase's shell.
 *
 * @param timeoutMs after which the command is killed
 * @returns the values, or why there are none: the command's exit and what it printed on standard error
 */
export async function readOutputs(
  container: Container,
  options: Pick<CommandOptions, "argv" | "environment" | "directory">,
  timeoutMs: number,
): Promise<Outputs> {
  const printed = ["", ""];
  const command = container.start({
    ...options,
    pipes: [[1], [2]],
    onOutput: (pipe, text) => {
      printed[pipe] += text;
    },
  });
  const cancel = new AbortController();
  const late = sleep(timeoutMs, null, { signal: cancel.signal }).catch(() => null);
  const exit = await Promise.race([command.ended, late]);
  cancel.abort();
  if (exit === null) {
    command.signal("SIGKILL");
    return failed(`it took longer than ${timeoutMs} ms`);
  }
  if (exit.problem !== null) return failed(exit.problem);
  if (exit.code !== 0) return failed(`it ended with ${exit.signal ?? exit.code}: ${printed[1]?.trim()}`);
  try {
    return { values: JSON.parse(printed[0] ?? "") as Record<string, OutputValue>, failure: null };
  } catch {
    return failed(`it printed no JSON: ${printed[0]?.slice(0, 200)}`);
  }
}

function failed(reason: string): Outputs {
  return { values: null, failure: `the outputs could not be read: ${reason}` };
}
