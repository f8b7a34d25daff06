// SPDX-License-Identifier: Apache-2.0

/** A shell word at the top level of a text; quotes and substitutions in it stand as one `'` each. */
export interface ShellWord {
  readonly text: string;
  /** What the shell makes of it: without quotes, but with what they hold. Substitutions stand as one `$` each. */
  readonly plain: string;
  /** True where a command's name, or a reserved word, is expected. */
  readonly isCommand: boolean;
  /** Which command of the text it belongs to, counted from 0. */
  readonly command: number;
  /** True for a redirection, and for what it redirects to. */
  readonly isRedirection: boolean;
  /** True in the braces of a function. */
  readonly inFunction: boolean;
}

/** What can be known of a line of POSIX shell without running it. */
export interface ShellScan {
  /** The words outside of quotes, subshells and substitutions. */
  readonly words: readonly ShellWord[];
  /** What is open at the end, or closed without having been opened, in words; empty if nothing is. */
  readonly unbalanced: string;
  /** True if something is redirected to or from nothing. */
  readonly hasLooseRedirection: boolean;
}

/** What a character stands in. These nest, so they are kept on a stack. */
type Place = "single" | "double" | "subshell" | "substitution" | "expansion" | "backtick";

const NAME_OF: Readonly<Record<Place, string>> = {
  single: "a single quote",
  double: "a double quote",
  subshell: "a parenthesis",
  substitution: "a parenthesis",
  expansion: "a ${",
  backtick: "a backtick",
};

const CLOSED_BY: Readonly<Record<Place, string>> = {
  single: "'",
  double: '"',
  subshell: ")",
  substitution: ")",
  expansion: "}",
  backtick: "`",
};

/** Words after which another command's name is expected. */
const BEFORE_COMMANDS = ["{", "}", "!", "if", "then", "elif", "else", "while", "until", "do"];

/** A redirection that has no target yet. */
const OPERATOR = /^\d*[<>]+[&|]?$/;

/** Takes a line of POSIX shell apart. */
export function scanShell(text: string): ShellScan {
  const places: Place[] = [];
  const words: ShellWord[] = [];
  let word = "";
  let plain = "";
  let wantsTarget = false;
  let hasLooseRedirection = false;
  // For each brace that is open, whether it is that of a function.
  const braces: boolean[] = [];
  let beginsFunction = false;
  let inWord = false;
  let isCommand = true;
  let command = 0;
  let cases = 0;
  let hasComment = false;
  let unbalanced = "";
  let i = 0;

  const endWord = () => {
    if (inWord && places.length === 0) {
      const isRedirection = wantsTarget || /^\d*[<>]/.test(word);
      wantsTarget = !wantsTarget && OPERATOR.test(word);
      const isName = isCommand && !isRedirection;
      if (isName && word === "{") braces.push(beginsFunction);
      words.push({ text: word, plain, isCommand: isName, command, isRedirection, inFunction: braces.includes(true) });
      if (isName && word === "}") braces.pop();
      if (isName && word === "case") cases += 1;
      if (isName && word === "esac") cases -= 1;
      if (isName) isCommand = BEFORE_COMMANDS.includes(word) || /^[A-Za-z_][A-Za-z0-9_]*=/.test(word);
      beginsFunction = false;
      word = "";
      plain = "";
    }
    inWord = false;
  };
  const beginCommand = () => {
    if (places.length > 0) return;
    if (wantsTarget) hasLooseRedirection = true;
    wantsTarget = false;
    isCommand = true;
    command += 1;
  };
  const open = (place: Place, length: number) => {
    if (place === "subshell") endWord();
    else if (places.length === 0) {
      word += "'";
      if (place !== "single" && place !== "double") plain += "$";
    }
    inWord = place !== "subshell" && place !== "substitution" && place !== "backtick";
    places.push(place);
    i += length;
  };
  const close = (place: Place) => {
    if (place === "subshell") endWord();
    places.pop();
    inWord = place !== "subshell";
    if (place === "subshell") {
      beginsFunction = /\(\s*$/.test(text.slice(0, i));
      beginCommand();
    }
    i += 1;
  };

  while (i < text.length) {
    const char = text.charAt(i);
    const place = places[places.length - 1];
    if (place === "single") {
      if (char === "'") close(place);
      else {
        if (places.length === 1) plain += char;
        i += 1;
      }
    } else if (char === "\\") {
      inWord = true;
      if (places.length === 0) word += text.slice(i, i + 2);
      if (places.length === 0 || (place === "double" && places.length === 1)) plain += text.charAt(i + 1);
      i += 2;
    } else if (place !== undefined && char === CLOSED_BY[place]) close(place);
    else if (text.startsWith("$(", i)) open("substitution", 2);
    else if (text.startsWith("${", i)) open("expansion", 2);
    else if (char === "`") open("backtick", 1);
    else if (char === '"') open("double", 1);
    else if (char === "'" && place !== "double" && !(place === "expansion" && places.includes("double"))) {
      open("single", 1);
    } else if (place === "double" || place === "expansion") {
      if (places.length === 1 && place === "double") plain += char;
      i += 1;
    } else if (char === "#" && (!inWord || (places.length === 0 && OPERATOR.test(word)))) {
      hasComment = true;
      break;
    } else if (char === " " || char === "\t") {
      endWord();
      i += 1;
    } else if (char === "(") open("subshell", 1);
    else if (";|&)".includes(char) && !isOfRedirection(char, word)) {
      endWord();
      if (char === ")" && places.length === 0 && cases <= 0) unbalanced = NAME_OF.subshell;
      beginCommand();
      i += 1;
    } else {
      if (places.length === 0) {
        if ("<>".includes(char) && !/^\d*[<>]*$/.test(word)) endWord();
        word += char;
        plain += char;
      }
      inWord = true;
      i += 1;
    }
  }
  endWord();
  if (wantsTarget) hasLooseRedirection = true;
  const last = places[places.length - 1];
  if (unbalanced === "" && last !== undefined && !hasComment) unbalanced = NAME_OF[last];
  return { words, unbalanced, hasLooseRedirection };
}

/** True for the second character of `>&`, `<&` and `>|`, which ends no command. */
function isOfRedirection(char: string, word: string): boolean {
  return (char === "&" && /^\d*[<>]$/.test(word)) || (char === "|" && /^\d*>$/.test(word));
}
