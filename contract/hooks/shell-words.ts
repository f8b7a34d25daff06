// SPDX-License-Identifier: Apache-2.0

/** Deeper nesting is nobody's hook, and might be too deep for this program. */
const DEEPEST = 200;

/** What does not belong where it is. */
export class Unexpected extends Error {}

/** The words and tokens of a line of shell, from left to right. Source: POSIX.1-2017, Shell Command Language, 2.3. */
export abstract class ShellWords {
  protected at = 0;
  protected hasComment = false;
  protected hasHereDocument = false;
  #depth = 0;
  /** Where `$((` turned out not to begin arithmetic. */
  readonly #commands = new Set<number>();

  constructor(protected readonly text: string) {}

  /** Reads the commands of a substitution. */
  protected abstract list(): void;

  /** Reads a word, whatever it is made of. */
  protected word(): void {
    this.skipBlanks();
    const start = this.at;
    while (this.at < this.text.length) {
      const char = this.text.charAt(this.at);
      const isProcess = this.at === start && /^[<>]\(/.test(this.text.slice(this.at));
      if (" \t;&|()<>".includes(char) && !isProcess) break;
      if (isProcess) {
        this.at += 2;
        this.substituted();
      } else this.piece(false);
    }
    if (this.at === start) this.fail();
  }

  /** Reads one character of a word, or what it opens. */
  protected piece(inDouble: boolean): void {
    this.nested(() => this.pieceOf(inDouble));
  }

  protected pieceOf(inDouble: boolean): void {
    const char = this.text.charAt(this.at);
    if (char === "\\") this.at += 2;
    else if (char === "'" && !inDouble) this.skipTo("'", this.at + 1);
    else if (char === '"') this.double();
    else if (char === "`") this.backquoted();
    else if (this.lookingAt("$((")) this.arithmeticOrCommand();
    else if (this.lookingAt("$(")) {
      this.at += 2;
      this.substituted();
    } else if (this.lookingAt("${")) this.expansion(inDouble);
    else this.at += 1;
    if (this.at > this.text.length) this.fail();
  }

  protected double(): void {
    this.at += 1;
    while (this.text.charAt(this.at) !== '"') {
      if (this.at >= this.text.length) this.fail();
      this.piece(true);
    }
    this.at += 1;
  }

  protected expansion(inDouble: boolean): void {
    this.at += 2;
    while (this.text.charAt(this.at) !== "}") {
      if (this.at >= this.text.length) this.fail();
      this.piece(inDouble);
    }
    this.at += 1;
  }

  /** What is in backquotes is parsed when it runs. */
  protected backquoted(): void {
    this.at += 1;
    while (this.text.charAt(this.at) !== "`") {
      if (this.at >= this.text.length) this.fail();
      this.at += this.text.charAt(this.at) === "\\" ? 2 : 1;
    }
    this.at += 1;
  }

  /** The commands of a substitution, which may be none, and the parenthesis after them. */
  protected substituted(): void {
    this.skipBlanks();
    if (!this.lookingAt(")")) this.list();
    this.expect(")");
  }

  protected arithmeticOrCommand(): void {
    const start = this.at;
    if (!this.#commands.has(start)) {
      try {
        this.at += 1;
        this.arithmetic();
        return;
      } catch (error) {
        if (!(error instanceof Unexpected)) throw error;
        this.#commands.add(start);
      }
    }
    this.at = start + 2;
    this.substituted();
  }

  /** Reads `((`, an expression that is not looked into, and `))`. */
  protected arithmetic(): void {
    this.at += 2;
    let depth = 0;
    while (depth > 0 || !this.lookingAt("))")) {
      if (this.at >= this.text.length) this.fail();
      const char = this.text.charAt(this.at);
      if (char === "(") depth += 1;
      if (char === ")") depth -= 1;
      if (depth < 0) this.fail();
      this.piece(true);
    }
    this.at += 2;
  }

  // Tokens

  /** Does what may begin anew inside of itself. */
  protected nested(work: () => void): void {
    this.#depth += 1;
    try {
      if (this.#depth > DEEPEST) this.fail();
      work();
    } finally {
      this.#depth -= 1;
    }
  }

  protected skipTo(char: string, from: number): void {
    const end = this.text.indexOf(char, from);
    this.at = end < 0 ? this.text.length : end + 1;
    if (end < 0) this.fail();
  }

  protected skipBlanks(): void {
    while (" \t".includes(this.text.charAt(this.at) || "x")) this.at += 1;
    if (this.text.charAt(this.at) !== "#") return;
    this.hasComment = true;
    this.at = this.text.length;
  }

  protected lookingAt(token: string): boolean {
    return this.text.startsWith(token, this.at);
  }

  protected take(token: string): boolean {
    this.skipBlanks();
    if (!this.lookingAt(token)) return false;
    this.at += token.length;
    return true;
  }

  protected expect(token: string): void {
    if (!this.take(token)) this.fail();
  }

  protected takeWord(word: string): boolean {
    if (this.peekWord() !== word) return false;
    this.at += word.length;
    return true;
  }

  protected expectWord(word: string): void {
    if (!this.takeWord(word)) this.fail();
  }

  /** The next word if nothing in it quotes or is replaced, as in every reserved word; empty otherwise. */
  protected peekWord(): string {
    this.skipBlanks();
    return /^[^\s;&|()<>"'`$\\]+(?=[\s;&|()<>]|$)/.exec(this.text.slice(this.at))?.[0] ?? "";
  }

  protected isWord(): boolean {
    this.skipBlanks();
    const rest = this.text.slice(this.at);
    return rest !== "" && (/^[<>]\(/.test(rest) || !/^([;&|()<>]|\d+[<>])/.test(rest));
  }

  protected fail(): never {
    const rest = this.text.slice(this.at);
    const [token = ""] = /^(;;|&&|\|\||[;&|()<>]+|[^\s;&|()<>]+)/.exec(rest) ?? [];
    throw new Unexpected(token === "" ? "the end" : `"${token.slice(0, 40)}"`);
  }
}
