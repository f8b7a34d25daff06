// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of shells hold such placeholders
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { DEFAULT_HTTP_PROXY, hookLists, hookProblem, PHASES, setsExitTrap } from "../../contract/index.js";
import { holds } from "../property.js";
import { inEveryShell, SHELLS, type Shell } from "./shells.js";

/** Hooks that do no harm to their phase. */
const GOOD = [
  "npm ci",
  "a; b",
  "a && b || c",
  "sleep 1 & wait",
  "echo 'a # b & ; exit'",
  'echo "it\'s $(date "+%s") fine"',
  "echo `date '+%s'`",
  "(exit 1)",
  "x=$(exit 3) || true",
  "sh -c 'exit 1'",
  "echo ${x:-'}'}",
  'echo "${x:-a b}"',
  "echo $# ${#x} a#b",
  "if true; then echo a; fi",
  "for x in a b; do echo $x; done",
  "case a in a) echo b;; (c) echo d;; esac",
  "{ a; b; }",
  "f() { echo a; }",
  "echo a >&2 2>&1",
  "exec 3>/dev/null",
  "echo \\&",
  "echo exit",
  "true \\# x",
  "echo a\\\\",
  "! false",
  "cd infra",
  "f() { return 1; }; f || true",
  "command -v exit",
  "set -e -o pipefail",
  "echo a>/dev/null 2>&1 <&-",
  "echo a >| /dev/null",
  "if a; then b; elif c; then d; else e; fi",
  "until true; do a; done",
  'echo "exit"',
];

/** Hooks that break their phase, and the reason. */
const BAD: readonly (readonly [string, string])[] = [
  ["", "must not be empty"],
  ["  ", "must not be empty"],
  ["a\nb", "must be one line"],
  ["a\r", "must be one line"],
  ["npm ci # install", "must not contain a comment"],
  ["# nothing", "must not contain a comment"],
  ["a; #b", "must not contain a comment"],
  ["server &", "must not end in &"],
  ["server & ", "must not end in &"],
  ["a &&", "must not end in &"],
  ["a ||", "must not end in |"],
  ["a;", "must not end in ;"],
  ["a \\", "must not end in a backslash"],
  ["echo 'a", "must close every quote and bracket that it opens, and no other: a single quote is unbalanced"],
  ['echo "a', "must close every quote and bracket that it opens, and no other: a double quote is unbalanced"],
  ["echo $(a", "must close every quote and bracket that it opens, and no other: a parenthesis is unbalanced"],
  ["echo ${a", "must close every quote and bracket that it opens, and no other: a ${ is unbalanced"],
  ["echo `a", "must close every quote and bracket that it opens, and no other: a backtick is unbalanced"],
  ["(a", "must close every quote and bracket that it opens, and no other: a parenthesis is unbalanced"],
  ["a)", "must close every quote and bracket that it opens, and no other: a parenthesis is unbalanced"],
  ["{ a", "must close every block that it opens, and no other: { ... } is unbalanced"],
  ["a; } && { b", "must close every block that it opens, and no other: { ... } is unbalanced"],
  ["if a; then b", "must close every block that it opens, and no other: if ... fi is unbalanced"],
  ["while a; do b", "must close every block that it opens, and no other: do ... done is unbalanced"],
  ["cat <<EOT", "must not contain a here-document"],
  ["exit", "must not exit"],
  ["test -f x || exit 0", "must not exit"],
  ["if a; then exit 1; fi", "must not exit"],
  ["{ exit 0; }", "must not exit"],
  ["A=1 exit", "must not exit"],
  ["exec true", "must not exec a program"],
  ["exec >/dev/null true", "must not exec a program"],
  ["command exec true", "must not exec a program"],
  ["command exit 0", "must not exit"],
  ["command -p -- exit 0", "must not exit"],
  ["builtin exit 0", "must not exit"],
  ['"exit" 0', "must not exit"],
  ["e'x'it 0", "must not exit"],
  ["\\exit 0", "must not exit"],
  ["eval exit 0", "must not exit"],
  ["eval 'true && exit 0'", "must not exit"],
  [">/dev/null exit 0", "must not exit"],
  ["2>&1 > /dev/null exit 0", "must not exit"],
  ["exit>/dev/null", "must not exit"],
  ["test -f main.tf || return 0", "must not return"],
  ["f() { return 0; }; return 0", "must not return"],
  ["set -n", "must not set -n"],
  ["set -en", "must not set -n"],
  ["set -o noexec", "must not set -n"],
  ["echo hi >", "must have a target for each redirection"],
  ["echo hi > ; true", "must have a target for each redirection"],
  ["echo hi >&", "must not end in &"],
  ["echo a >#x", "must not contain a comment"],
  ["for i in 1 2", "must have one do for each for, while, until"],
  ["while true", "must have one do for each for, while, until"],
  ["if true; fi", "must have one then for each if, elif"],
  ["echo >>> x", 'must be a command that a shell can parse: ">" does not belong there'],
  ["a && && b", 'must be a command that a shell can parse: "&&" does not belong there'],
  ["a ; ; b", 'must be a command that a shell can parse: ";" does not belong there'],
  ["(a) b", 'must be a command that a shell can parse: "b" does not belong there'],
  ["{ a; } b", 'must be a command that a shell can parse: "b" does not belong there'],
  ["if true; then; fi", 'must be a command that a shell can parse: ";" does not belong there'],
  ["if true; then fi", 'must be a command that a shell can parse: "fi" does not belong there'],
  ["echo (a)", 'must be a command that a shell can parse: "a" does not belong there'],
  ["| a", 'must be a command that a shell can parse: "|" does not belong there'],
  ["a | ! b", 'must be a command that a shell can parse: "!" does not belong there'],
  ["()", 'must be a command that a shell can parse: ")" does not belong there'],
  ["echo $(a &&)", 'must be a command that a shell can parse: ")" does not belong there'],
  ['echo "$(if a; then)"', 'must be a command that a shell can parse: ")" does not belong there'],
  ["for x in a; b; done", "must close every block that it opens, and no other: do ... done is unbalanced"],
  ["in", 'must be a command that a shell can parse: "in" does not belong there'],
];

test.each(GOOD)("%j is fine", (text) => expect(hookProblem(text)).toBeNull());

test.each(BAD)("%j: %s", (text, problem) => expect(hookProblem(text)).toMatch(new RegExp(`^${escaped(problem)}`)));

test("our own hooks keep the rules", () => {
  for (const exitTrap of [true, false]) {
    const lists = hookLists({ phases: PHASES, httpProxy: DEFAULT_HTTP_PROXY, exitTrap });
    for (const hook of Object.values(lists).flat()) expect(hookProblem(hook)).toBeNull();
  }
});

test.each([
  ["trap 'a' EXIT", true],
  ["trap 'a' TERM EXIT", true],
  ["trap a 0", true],
  ["trap a exit", true],
  ["trap a 'Exit'", true],
  ["command trap a EXIT", true],
  [">/dev/null trap a EXIT", true],
  ["eval 'trap a EXIT'", true],
  ["a; trap - EXIT", true],
  ["trap 'exit 143' TERM INT", false],
  ["echo trap EXIT", false],
  ["trap 'echo EXIT' TERM; echo EXIT", false],
  ["(trap 'a' EXIT; b)", false],
])("%j sets an EXIT trap: %s", (text, sets) => expect(setsExitTrap(text)).toBe(sets));

/** Whether a shell understands a line; nothing is run. */
function parses(shell: Shell, line: string): boolean {
  const [program = "", ...words] = shell.command;
  return spawnSync(program, [...words, "-n", "-c", line], { stdio: "ignore" }).status === 0;
}

function inPhase(hook: string): string {
  return `{ ${hook}; } && { true; } && terraform plan`;
}

inEveryShell("good hooks parse in a phase", (shell) => {
  expect(GOOD.filter((hook) => !parses(shell, inPhase(hook)))).toEqual([]);
});

/** Hooks that let a phase pass which never ran, though every shell takes them. */
const SKIPS = [
  "test -f main.tf || return 0",
  '"exit" 0',
  "command exit 0",
  "eval exit 0",
  ">/dev/null exit 0",
  "exit>/dev/null",
];

inEveryShell("what is refused for ending the phase does so", (shell) => {
  for (const hook of SKIPS) {
    const [program = "", ...words] = shell.command;
    const { status, stdout } = spawnSync(program, [...words, "-c", `{ ${hook}; } && echo ran`], { encoding: "utf8" });
    // Bash returns from functions and scripts alone: there the phase fails instead.
    if (hook.includes("return") && shell.name === "bash") continue;
    expect({ hook, status, stdout }).toEqual({ hook, status: 0, stdout: "" });
  }
});

type Next = (below: number) => number;

/** Words, most of which a command can have. */
const WORDS = [
  "a",
  "b=1",
  "'q r'",
  '"d $x"',
  "$x",
  "$(a; b)",
  "`a`",
  "${x:-y}",
  "$((1+(2)))",
  "2>&1",
  ">f",
  "<f",
  "in",
].concat(["1", "\\;", "[", "]", "{}", "if", "}", "a#b", "x*", "$(", "f()"]);

/** What makes a line of it that some shell may not take. */
const TOKENS = "; & && || | ( ) { } ! if then elif else fi for in do done while case esac ;; $( ` ' \" > < >>".split(
  " ",
);

/** A command by the grammar, in pieces. */
function command(next: Next, depth: number): string[] {
  const list = (): string[] => {
    const out = command(next, depth - 1);
    while (next(3) === 0) out.push(["&&", "||", "|", ";", "&"][next(5)] ?? ";", ...command(next, depth - 1));
    return out;
  };
  const words = () => Array.from({ length: next(3) }, () => WORDS[next(WORDS.length)] ?? "a");
  switch (depth <= 0 ? 99 : next(13)) {
    case 0:
      return ["{", ...list(), ";", "}"];
    case 1:
      return ["(", ...list(), ")"];
    case 2:
      return ["if", ...list(), ";", "then", ...list(), ";", "elif", ...list(), ";", "then", ...list(), ";", "fi"];
    case 3:
      return ["if", ...list(), ";", "then", ...list(), ";", "else", ...list(), ";", "fi"];
    case 4:
      return ["until", ...list(), ";", "do", ...list(), ";", "done"];
    case 5:
      return ["for", "i", "in", ...words(), ";", "do", ...list(), ";", "done"];
    case 6:
      return ["case", "x", "in", "a", ")", ...list(), ";;", "(", "b", "|", "*", ")", ...list(), ";;", "esac"];
    case 7:
      return ["f", "(", ")", "{", ...list(), ";", "}"];
    case 8:
      return ["!", ...command(next, 0)];
    case 9:
      return ["echo", next(2) === 0 ? "$(" : '"$(', ...list(), ")", ...words()];
    default:
      return [["true", "x=1", "echo", ">f", "a"][next(5)] ?? "a", ...words()];
  }
}

/** Such a command, often with something left out, put in or replaced. */
function line(next: Next): string {
  const pieces = command(next, 3);
  while (next(2) === 0) {
    const kind = next(3);
    const added = kind === 0 ? [] : [TOKENS[next(TOKENS.length)] ?? "a"];
    pieces.splice(next(pieces.length + 1), kind === 2 ? 0 : 1, ...added);
  }
  return pieces.join(next(8) === 0 ? "" : " ");
}

/** Refusals of what shells take, for other reasons than that. */
const POLICY = /^must not (exit|return|exec|set|contain)/;

test("what no shell parses is refused, and what every shell parses is not", () => {
  const shells = SHELLS.filter(({ command: words }) => words.length > 0);
  if (shells.length === 0) throw new Error("no shell at all");
  const wrong: string[] = [];
  const counts = { every: 0, none: 0 };
  const check = (next: Next) => {
    const text = line(next);
    if (text.trim() === "") return;
    const isTaken = shells.map((shell) => parses(shell, inPhase(text)));
    const problem = hookProblem(text);
    if (!isTaken.includes(true)) {
      counts.none += 1;
      if (problem === null) wrong.push(`no shell takes ${text}`);
    } else if (!isTaken.includes(false) && shells.every((shell) => parses(shell, text))) {
      counts.every += 1;
      if (problem !== null && !POLICY.test(problem)) wrong.push(`every shell takes ${text}, but it ${problem}`);
    }
  };
  holds(fc.infiniteStream(fc.nat(1_000_000)), (numbers) => check((below) => (numbers.next().value ?? 0) % below), 250);
  expect(wrong).toEqual([]);
  expect(Math.min(counts.every, counts.none)).toBeGreaterThan(30);
});

test.each(["$(", "((", "$((", "{ ", "(", '"$(', "${", "if ", "$(( $( "].map((piece) => [piece.repeat(5_000)]))(
  "a line that opens thousands of things is refused, and soon",
  (text) => {
    expect(hookProblem(text)).not.toBeNull();
  },
);

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
