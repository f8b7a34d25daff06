// SPDX-License-Identifier: Apache-2.0

/** What one shell does in one phase. */
export interface PhaseLine {
  readonly before: readonly string[];
  /** The phase's own command; null for `after_run`, which has none. */
  readonly command: string | null;
  readonly after: readonly string[];
  /** The command that writes the environment file, or null to write none. */
  readonly save: string | null;
  /** Whether the environment is saved before the after hooks, as Spacelift does in the apply phase. */
  readonly savedBeforeAfterHooks: boolean;
  /** The directory in which a file appears when an element has ended; null for no such marks. */
  readonly marks: string | null;
}

/** An element of a phase's line. */
export interface PhaseElement {
  readonly kind: "before" | "command" | "after";
  readonly text: string;
}

/** The elements of a phase in their order. */
export function elementsOf(line: PhaseLine): readonly PhaseElement[] {
  return [
    ...line.before.map((text): PhaseElement => ({ kind: "before", text })),
    ...(line.command === null ? [] : [{ kind: "command", text: line.command } as const]),
    ...line.after.map((text): PhaseElement => ({ kind: "after", text })),
  ];
}

/** The name of the mark that tells when the chain has ended, successful or not. */
export const CHAIN_ENDED = "chain";

/**
 * The text a phase's shell gets as its `-c` argument: `{ hook; } && { hook; } && command && { hook; }`.
 *
 * Spacelift documents the braces and the `&&` and that all run in one shell. What it adds to save the environment is
 * unknown; here it follows the chain, so that it also happens after a failure, and precedes the shell's end, so that no
 * EXIT trap has run yet. A hook that calls `exit` skips it.
 *
 * A mark is `true >>FILE` between two elements: it prints nothing, sets no variable, opens no lasting descriptor and
 * leaves the status at 0, which it is there anyway.
 */
export function shellText(line: PhaseLine): string {
  const parts: string[] = [];
  for (const [index, { kind, text }] of elementsOf(line).entries()) {
    parts.push(kind === "command" ? text : `{ ${text}; }`);
    if (line.marks !== null) parts.push(mark(line.marks, String(index)));
    if (kind === "command" && line.save !== null && line.savedBeforeAfterHooks) {
      parts.push(`{ ${line.save}; spacelift_saved=1; }`);
    }
  }
  return [parts.join(" && "), ...ending(line)].join("; ");
}

/** What follows the chain, keeping its status. */
function ending({ save, savedBeforeAfterHooks, marks }: PhaseLine): readonly string[] {
  if (save === null && marks === null) return [];
  // A positional parameter and not a variable, which a hook's `set -a` would export into the file.
  const steps: string[] = ["set -- $?"];
  if (marks !== null) steps.push(mark(marks, CHAIN_ENDED));
  // A hook may have said `set -u`.
  const unsaved = savedBeforeAfterHooks ? `[ -n "\${spacelift_saved:-}" ] || ` : "";
  if (save !== null) steps.push(`${unsaved}${save} || :`);
  return [...steps, "exit $1"];
}

function mark(directory: string, name: string): string {
  return `true >>${directory}/${name}`;
}
