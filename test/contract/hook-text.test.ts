// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of shells hold such placeholders
import { spawnSync } from "node:child_process";
import { DEFAULT_HTTP_PROXY, hookLists, hookProblem, PHASES, setsExitTrap } from "../../contract/index.js";
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
  return spawnSync(program, [...words, "-n", "-c", line]).status === 0;
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

/** A fixed sequence of numbers that look random, so that a failure can be repeated. Source: Park and Miller. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; state = (state * 48271) % 2147483647) yield state;
}

const PIECES =
  `a|b|'|"|;| |  |&|&&|\\||\\|\\||(|)|{|}|$(|\${|\`|#|\\\\|if|then|fi|do|done|for x in y|while|case x in|esac|;;|exit|<<E|>f|=|!|'q'|"q"|$x`
    .split(/(?<!\\)\|/)
    .map((piece) => piece.split("\\|").join("|"));

test("what a shell understands alone and the rules accept, it understands in a phase too", () => {
  const [shell] = SHELLS.filter(({ command }) => command.length > 0);
  if (shell === undefined) throw new Error("no shell at all");
  const random = numbers(20_261_121);
  const next = (below: number) => random.next().value % below;
  const broken: string[] = [];
  let accepted = 0;
  while (accepted < 300) {
    const text = Array.from({ length: 1 + next(7) }, () => PIECES[next(PIECES.length)]).join(next(2) === 0 ? " " : "");
    if (hookProblem(text) !== null) continue;
    accepted += 1;
    if (!parses(shell, inPhase(text)) && parses(shell, text)) broken.push(text);
  }
  expect(broken).toEqual([]);
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
