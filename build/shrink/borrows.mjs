// SPDX-License-Identifier: Apache-2.0
// A temporary that refers to what a variable holds need not be counted while the variable keeps its value:
//
//   ScrStr *sc_t1 = scr_str_retain(sc_l_name_0);     ScrStr *sc_t1 = sc_l_name_0;
//   double sc_t2 = scr_str_index_of(sc_t1, ...);     double sc_t2 = scr_str_index_of(sc_t1, ...);
//   scr_str_release(sc_t1);
//
// The temporary must be released in the block that declares it, and on every way out of that block in between. Whoever
// takes a reference over does not leave it to be released, so all other uses only look at the value. There is one
// exception: scr_str_concat appends to its first argument in place if nobody else holds that string.
import { assignments, RELEASE, RETAINING, released, startOfRun } from "./lines.mjs";

const RETAIN = new RegExp(
  `^(\\w+) \\*(sc_t\\d+) = ${RETAINING}\\(((?:\\(\\w+ \\*\\)scr_union_peek\\((\\w+)\\))|(\\w+))\\);$`,
);
const LOOP = /^(?:for|while|do)\b/;

/** Global variables that get their only value when their module starts. */
export function constants(lines) {
  const values = new Map();
  let inStart = false;
  for (const line of lines) {
    if (line.startsWith("static ")) inStart = /^static void sc_f__x25_init_\d+\(/.test(line);
    const match = /^( *)(sc_g_\w+) = /.exec(line) ?? /( *)\b(sc_g_\w+) = /.exec(line.startsWith("static ") ? "" : line);
    if (match === null) continue;
    values.set(match[2], values.has(match[2]) || !inStart || match[1] !== "  " ? "variable" : "constant");
  }
  return new Set([...values].filter(([, kind]) => kind === "constant").map(([name]) => name));
}

/** What is where in a function. */
function indexOf(code) {
  const uses = new Map();
  const labels = new Map();
  const jumps = new Map();
  const add = (map, key, at) => map.set(key, [...(map.get(key) ?? []), at]);
  code.forEach(({ text }, at) => {
    for (const name of new Set(text.match(/\bsc_[tlg]\w*/g))) add(uses, name, at);
    const label = /^(\w+):;$/.exec(text)?.[1];
    if (label !== undefined) labels.set(label, at);
    const jump = /\bgoto (\w+);/.exec(text)?.[1];
    if (jump !== undefined) add(jumps, jump, at);
  });
  return { uses, labels, jumps };
}

/** Whether a `break` or `continue` belongs to a loop that starts after `from`. */
function isOfInnerLoop(code, from, at) {
  let { indent } = code[at];
  for (let i = at - 1; i > from; i -= 1) {
    if (code[i].indent >= indent) continue;
    indent = code[i].indent;
    if (LOOP.test(code[i].text)) return true;
  }
  return false;
}

/**
 * The releases of `name` on the ways out between `from` and `to`, with all others of those runs; undefined unless every
 * way out has one, and no jump leads in from elsewhere.
 */
function waysOut(code, { labels, jumps }, name, from, to) {
  const out = new Set();
  const isInside = (at) => at > from && at < to;
  for (let at = from + 1; at < to; at += 1) {
    const { text } = code[at];
    const label = /^(\w+):;$/.exec(text)?.[1];
    if (label !== undefined && (jumps.get(label) ?? []).some((one) => !isInside(one))) return undefined;
    if (/\b(?:switch|case|default)\b/.test(text)) return undefined;
    if (/\b(?:break|continue);/.test(text) && !isOfInnerLoop(code, from, at)) return undefined;
    const target = /\bgoto (\w+);/.exec(text)?.[1];
    const leaves = /\breturn\b/.test(text) || (target !== undefined && !isInside(labels.get(target) ?? -1));
    if (!leaves) continue;
    if (!/^(?:return|goto)\b/.test(text)) return undefined;
    const run = [];
    for (let i = startOfRun(code, at); i < at; i += 1) run.push(i);
    if (!run.some((i) => i > from && released(code[i]) === name)) return undefined;
    for (const i of run) out.add(i);
  }
  return out;
}

/** The last statement before the releases that end the life of `name`, and that release. */
function lifeOf(code, name, from) {
  const { indent } = code[from];
  for (let at = from + 1; at < code.length && code[at].indent >= indent; at += 1) {
    if (code[at].indent === indent && released(code[at]) === name)
      return { end: at, last: Math.max(startOfRun(code, at), from + 1) };
  }
  return undefined;
}

/** Whether a use of a temporary takes its value over, or may change it. */
function takes(text, name) {
  return new RegExp(`scr_str_concat\\(${name},| = ${name};|return ${name}\\b`).test(text);
}

/** Whether a statement may change a variable, or pass on the reference that it holds. */
function disturbs(text, source) {
  const looks = new RegExp(`${RETAINING}\\(${source}\\)|\\b${source}->|scr_union_peek\\(${source}\\)`, "g");
  return new RegExp(`\\b${source}\\b`).test(text.replace(looks, ""));
}

/** The statements that release the temporary declared at `from`, if it can do without a reference of its own. */
function needless(code, index, mayLend, from) {
  const [, , name, , peeked, variable] = RETAIN.exec(code[from].text);
  const source = peeked ?? variable;
  if (!mayLend(source) || assignments(code, name) !== 1) return undefined;
  const life = lifeOf(code, name, from);
  const uses = index.uses.get(name);
  if (life === undefined || uses[0] !== from || uses.at(-1) > life.end) return undefined;
  const out = waysOut(code, index, name, from, life.last);
  if (out === undefined) return undefined;
  const releases = uses.filter((at) => released(code[at]) === name);
  if (releases.some((at) => at !== life.end && !out.has(at))) return undefined;
  if (uses.some((at) => at !== from && released(code[at]) !== name && takes(code[at].text, name))) return undefined;
  const between = index.uses.get(source).filter((at) => at > from && at < life.last && !out.has(at));
  if (between.some((at) => RELEASE.test(code[at].text) || disturbs(code[at].text, source))) return undefined;
  return releases;
}

export function borrows(given, fixed) {
  const code = [...given];
  const index = indexOf(code);
  const owners = new Set(code.map(released));
  // What scriptc itself passes on without a reference, to append to a string above all. Other assignments move one.
  const aliased = new Set();
  for (const { text } of code) {
    const [, type, name, value] = /^(\w+ \*)?(sc_\w+) = (sc_[tl]\w+);$/.exec(text) ?? [];
    if (value !== undefined && (type !== undefined || !owners.has(name))) aliased.add(value);
  }
  // A variable that is never released does not own what it refers to.
  const mayLend = (name) => fixed.has(name) || (owners.has(name) && !aliased.has(name));
  const gone = new Set();
  for (let at = 0; at < code.length; at += 1) {
    const match = RETAIN.exec(code[at].text);
    const releases = match === null ? undefined : needless(code, index, mayLend, at);
    if (releases === undefined) continue;
    code[at] = { ...code[at], text: `${match[1]} *${match[2]} = ${match[3]};` };
    // They stay in `code` until the end: what was borrowed from this temporary in turn may not outlive it.
    for (const one of releases) gone.add(one);
  }
  return code.filter((_, at) => !gone.has(at));
}
