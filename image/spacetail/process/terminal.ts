// SPDX-License-Identifier: Apache-2.0
import type { Environment } from "../../../contract/wire/environment.js";

/** Colours that any terminal has. */
export type Colour = "red" | "green" | "yellow";

const CODES: Readonly<Record<Colour, string>> = { red: "31", green: "32", yellow: "33" };

/** Whether colours and lines that change may be written to standard output. */
export function isTerminalOut(env: Environment): boolean {
  return process.stdout.isTTY === true && allowsControls(env);
}

/** The same for standard error. */
export function isTerminalError(env: Environment): boolean {
  return process.stderr.isTTY === true && allowsControls(env);
}

/** A text in a colour, if it goes to a terminal. */
export function coloured(text: string, colour: Colour, onTerminal: boolean): string {
  return onTerminal ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;
}

/** https://no-color.org; CI systems offer terminals that only look like some. */
function allowsControls(env: Environment): boolean {
  return (env.NO_COLOR ?? "") === "" && (env.TERM ?? "") !== "dumb" && (env.CI ?? "") === "";
}
