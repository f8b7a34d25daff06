// SPDX-License-Identifier: Apache-2.0

/** What stands in a log where a secret was. Source: Spacelift documentation, "Stack settings", Runtime commands. */
export const MASKED = "*****";

/** Lines of a secret that spans several are masked from this many characters on; a lone `}` is no secret. */
const SHORTEST_LINE = 4;

/**
 * The secrets of a run, which are hidden in its log.
 *
 * Spacelift does not document how it matches; here every occurrence of a whole value is replaced, and of each line of a
 * value that spans several, because logs are handled line by line.
 */
export class Masks {
  private words: readonly string[] = [];

  /** Hides a value from now on. */
  public add(secret: string): void {
    const parts = secret.includes("\n")
      ? secret.split("\n").filter((line) => line.trim().length >= SHORTEST_LINE)
      : [secret];
    // The longest first: a secret may be part of another one.
    this.words = [...new Set([...this.words, ...parts])]
      .filter((word) => word !== "")
      .sort((a, b) => b.length - a.length);
  }

  /** A line as the log shows it. `::add-mask a b` adds its words, from this line on. */
  public apply(line: string): string {
    const command = /^::add-mask\s+(.*)$/.exec(line.trim());
    for (const word of command?.[1]?.split(/\s+/) ?? []) this.add(word);
    return this.words.reduce((text, word) => text.replaceAll(word, MASKED), line);
  }
}
