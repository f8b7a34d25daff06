// SPDX-License-Identifier: Apache-2.0
// The grammar of the POSIX shell, for one line, as dash, BusyBox ash and bash read it. What only bash has passes too.
// Source: POSIX.1-2017, Shell Command Language, 2.3 Token Recognition and 2.10 Shell Grammar.

import { ShellWords, Unexpected } from "./shell-words.js";

/** What the grammar says about a line. */
export interface ShellShape {
  /** What does not belong where it is, as `"&&"` or `the end`; empty for a line that shells can parse. */
  readonly unexpected: string;
  readonly hasComment: boolean;
  readonly hasHereDocument: boolean;
}

/** Reads a line of shell as what is between braces: `{ line; }`. */
export function shellShape(text: string): ShellShape {
  return new Grammar(text).shape();
}

/** Words that end a list of commands, or cannot begin one. */
const CLOSERS: readonly string[] = ["}", "then", "else", "elif", "fi", "do", "done", "esac", "in"];

const REDIRECTION = /^\d*(<<<|<<-?|<&|<>|<|>>|>&|>\||>)/;
const ASSIGNMENT = /^[A-Za-z_]\w*(\[[^\]]*\])?\+?=/;

class Grammar extends ShellWords {
  public shape(): ShellShape {
    let unexpected = "";
    try {
      this.list();
      this.skipBlanks();
      if (this.at < this.text.length || this.endsInSeparator()) this.fail();
    } catch (error) {
      if (!(error instanceof Unexpected)) throw error;
      unexpected = error.message;
    }
    return { unexpected, hasComment: this.hasComment, hasHereDocument: this.hasHereDocument };
  }

  /** Commands with separators between them, and perhaps one after them. */
  protected override list(): void {
    this.nested(() => {
      do this.pipelines();
      while (this.separator() && !this.isEnd());
    });
  }

  private separator(): boolean {
    this.skipBlanks();
    if (this.lookingAt(";;") || this.lookingAt(";&") || this.lookingAt("&&")) return false;
    return this.take(";") || this.take("&");
  }

  /** Pipelines with && and || between them. */
  private pipelines(): void {
    do this.pipeline();
    while (this.take("&&") || this.take("||"));
  }

  private pipeline(): void {
    while (this.takeWord("!") || this.takeWord("time"));
    do this.command();
    while (!this.lookingAt("||") && (this.take("|&") || this.take("|")));
  }

  private command(): void {
    this.skipBlanks();
    if (this.lookingAt("(")) {
      this.subshell();
      this.redirections();
      return;
    }
    const word = this.peekWord();
    if (this.isCompound(word)) {
      this.compound(word);
      this.redirections();
    } else if (word === "!" || CLOSERS.includes(word)) this.fail();
    else this.simple();
  }

  private isCompound(word: string): boolean {
    return ["{", "if", "while", "until", "for", "select", "case", "function"].includes(word);
  }

  private compound(word: string): void {
    this.takeWord(word);
    if (word === "{") {
      this.list();
      this.expectWord("}");
    } else if (word === "if") this.conditional();
    else if (word === "case") this.cases();
    else if (word === "function") {
      this.word();
      this.skipBlanks();
      if (this.take("(")) this.expect(")");
      this.functionBody();
    } else if (word === "while" || word === "until") {
      this.list();
      this.loopBody();
    } else this.forLoop();
  }

  private conditional(): void {
    do {
      this.list();
      this.expectWord("then");
      this.list();
    } while (this.takeWord("elif"));
    if (this.takeWord("else")) this.list();
    this.expectWord("fi");
  }

  private loopBody(): void {
    this.expectWord("do");
    this.list();
    this.expectWord("done");
  }

  private forLoop(): void {
    this.skipBlanks();
    if (this.lookingAt("((")) this.arithmetic();
    else this.word();
    this.skipBlanks();
    if (this.takeWord("in")) while (this.isWord()) this.word();
    this.skipBlanks();
    if (!this.lookingAt(";;")) this.take(";");
    if (this.peekWord() === "{") this.compound("{");
    else this.loopBody();
  }

  private cases(): void {
    this.word();
    this.expectWord("in");
    while (!this.takeWord("esac")) {
      this.skipBlanks();
      this.take("(");
      do this.word();
      while (this.take("|"));
      this.expect(")");
      if (!this.isEnd()) this.list();
      this.skipBlanks();
      if (this.take(";;&") || this.take(";;") || this.take(";&")) continue;
      this.expectWord("esac");
      break;
    }
  }

  /** `( list )`, or what bash takes for arithmetic: `((i++))`. */
  private subshell(): void {
    const start = this.at;
    try {
      this.expect("(");
      this.list();
      this.expect(")");
    } catch (error) {
      this.at = start;
      if (!(error instanceof Unexpected) || !this.lookingAt("((")) throw error;
      const { message } = error;
      try {
        this.arithmetic();
      } catch {
        throw new Unexpected(message);
      }
    }
  }

  /** Assignments, words and redirections; or the beginning of a function. */
  private simple(): void {
    let words = 0;
    let isPlain = true;
    let isFunction = false;
    for (;;) {
      if (this.redirection()) isPlain = false;
      else if (this.isWord()) {
        const word = this.peekWord();
        const isAssignment = words === 0 && ASSIGNMENT.test(this.text.slice(this.at));
        this.word();
        if (isAssignment) {
          isPlain = false;
          if (this.text.charAt(this.at - 1) === "=" && this.lookingAt("(")) this.elements();
          continue;
        }
        words += 1;
        if (words > 1) continue;
        if (word === "[[") this.test();
        isFunction = isPlain && word !== "" && this.isFunction();
      } else break;
      if (isFunction) break;
    }
    if (isFunction) this.functionBody();
    else if (words === 0 && isPlain) this.fail();
  }

  /** Braces or the like: a simple command passes in dash and ash only. */
  private functionBody(): void {
    this.skipBlanks();
    const word = this.peekWord();
    if (!this.lookingAt("(") && !this.isCompound(word) && word !== "[[") this.fail();
    this.command();
  }

  private isFunction(): boolean {
    const start = this.at;
    if (this.take("(")) {
      this.expect(")");
      return true;
    }
    this.at = start;
    return false;
  }

  /** The elements of an array of bash. */
  private elements(): void {
    this.expect("(");
    while (this.isWord()) this.word();
    this.expect(")");
  }

  /** The rest of a test of bash, in which parentheses and operators mean something else. */
  private test(): void {
    while (!this.takeWord("]]")) {
      this.skipBlanks();
      if (this.at >= this.text.length) this.fail();
      if (this.isWord()) this.word();
      else this.at += 1;
    }
  }

  private redirections(): void {
    while (this.redirection());
  }

  private redirection(): boolean {
    this.skipBlanks();
    if (/^[<>]\(/.test(this.text.slice(this.at))) return false;
    const [operator] = REDIRECTION.exec(this.text.slice(this.at)) ?? [];
    if (operator === undefined) return false;
    this.at += operator.length;
    if (/<<-?$/.test(operator) && !operator.endsWith("<<<")) this.hasHereDocument = true;
    this.skipBlanks();
    if (!this.isWord()) this.fail();
    this.word();
    return true;
  }

  /** True where a list cannot go on. */
  private isEnd(): boolean {
    this.skipBlanks();
    const isOver = this.at >= this.text.length || this.lookingAt(")") || this.lookingAt(";;") || this.lookingAt(";&");
    return isOver || CLOSERS.includes(this.peekWord());
  }

  private endsInSeparator(): boolean {
    return /[;&]\s*$/.test(this.text.slice(0, this.at)) && !/\\[;&]\s*$/.test(this.text.slice(0, this.at));
  }
}
