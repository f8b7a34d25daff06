// SPDX-License-Identifier: Apache-2.0
// The ways out of a function, or of a `try` block, release what is held at that point, then return or jump. What was
// declared first is released last here, so that they end alike, and the common ends are moved to the function's end:
//
//   if (scr_exc_pending()) goto sc_out_1;
//   ...
//   if (scr_exc_pending()) goto sc_out_0;
//   ...
//   sc_out_0:;
//   scr_union_release(sc_t4);
//   sc_out_1:;
//   scr_str_release(sc_l_name_0);
//   return sc_result;
//
// The order of releases does not matter: nothing that the program can notice runs in them.
import { DECLARATION, RELEASE, startOfRun } from "./lines.mjs";

const TYPE = /^(?:static )?(?:inline )?(.*?)\s*\b(?:sc_\w+|main)\(/;
const EXIT = /^(return(?: (sc_\w+|NULL|false|true|-?\d+))?|goto \w+);$/;
const PENDING = "if (scr_exc_pending()) {";
const NOTHING = /^(?:NULL|false|0)$/;

/** Where each variable gets its first value, and which are declared more than once. */
function variablesOf(code) {
  const first = new Map();
  const declared = new Map();
  code.forEach(({ text }, at) => {
    const name = DECLARATION.exec(text)?.[2];
    if (name !== undefined) declared.set(name, (declared.get(name) ?? 0) + 1);
    const given = /^(?:\w+ \*)?(sc_\w+) = (?!NULL;)/.exec(text)?.[1];
    if (given !== undefined && !first.has(given)) first.set(given, at);
  });
  const since = (line) => first.get(RELEASE.exec(line)[2]) ?? -1;
  return {
    byAge: (a, b) => since(a) - since(b) || (a < b ? -1 : 1),
    isUnique: (line) => (declared.get(RELEASE.exec(line)[2]) ?? 0) <= 1,
  };
}

/** The ways out: which statements they are, what they release, oldest first, what they return, and how they leave. */
function waysOut(code, type) {
  const { byAge, isUnique } = variablesOf(code);
  const ways = [];
  code.forEach(({ text }, at) => {
    const match = EXIT.exec(text);
    if (match === null) return;
    const start = startOfRun(code, at);
    const isError = code[start - 1]?.text === PENDING && code[at + 1]?.text === "}";
    const releases = code.slice(start, at).map((line) => line.text);
    if ((!isError && releases.length === 0) || !releases.every(isUnique)) return;
    const isReturn = text.startsWith("return");
    ways.push({
      from: isError ? start - 1 : start,
      to: isError ? at + 1 : at,
      isError,
      releases: releases.sort(byAge),
      value: isReturn && type !== "void" ? match[2] : undefined,
      exit: isReturn && type !== "void" && releases.length > 0 ? "return sc_result;" : text,
    });
  });
  return ways;
}

/** A tree of all ends: from how a way leaves to the release that it starts with. */
function treeOf(ways) {
  const root = { children: new Map() };
  for (const way of ways) {
    let node = root;
    for (const text of [way.exit, ...way.releases]) {
      if (!node.children.has(text)) node.children.set(text, { text, children: new Map(), ways: 0 });
      node = node.children.get(text);
      node.ways += 1;
    }
    way.node = node;
  }
  return root;
}

/** Ways that only return what they share with nobody stay where they are. */
function worthwhile(ways) {
  const root = treeOf(ways);
  return ways.filter(
    ({ isError, exit, releases }) => isError || root.children.get(exit).children.get(releases[0]).ways > 1,
  );
}

/** The ends as statements, with labels. */
function ends(root, labelOf) {
  const out = [];
  const add = (text) => out.push({ indent: 2, text });
  const write = (node) => {
    const [next, ...others] = [...node.children.values()].sort((a, b) => b.ways - a.ways);
    for (const one of others) {
      write(one);
      add(`goto ${labelOf(node)};`);
    }
    if (next !== undefined) write(next);
    out.push({ indent: 2, node });
    add(node.text);
  };
  for (const node of root.children.values()) if (node.children.size > 0) write(node);
  return out
    .filter(({ node }) => node === undefined || node.label !== undefined)
    .map(({ indent, text, node }) => ({ indent, text: text ?? `${node.label}:;` }));
}

/** What takes the place of a way out. */
function leaving({ isError, releases, value, exit, node }, indent) {
  if (releases.length === 0) return [{ indent, text: `if (scr_exc_pending()) ${value ? `return ${value};` : exit}` }];
  const go = `goto ${node.label};`;
  const words = value === undefined || NOTHING.test(value) ? go : `sc_result = ${value}; ${go}`;
  return [{ indent, text: isError ? `if (scr_exc_pending()) { ${words} }` : words }];
}

export function exits(head, given) {
  const type = TYPE.exec(head)?.[1];
  const returns = /^(?:return\b|goto )/.test(given.at(-1)?.text ?? "");
  if (type === undefined || (!returns && type !== "void")) return given;
  const code = returns ? given : [...given, { indent: 2, text: "return;" }];
  const ways = worthwhile(waysOut(code, type));
  if (ways.length === 0) return given;
  const root = treeOf(ways);
  let labels = 0;
  const labelOf = (node) => {
    if (node.label === undefined) node.label = `sc_out_${labels++}`;
    return node.label;
  };
  for (const way of ways) if (way.releases.length > 0) labelOf(way.node);
  const tail = ends(root, labelOf);
  // What is released at the end must be declared for the whole function.
  const moved = new Set(ways.flatMap(({ releases }) => releases.map((line) => RELEASE.exec(line)[2])));
  const top = [];
  const rest = [];
  const startingAt = new Map(ways.map((way) => [way.from, way]));
  for (let at = 0; at < code.length; at += 1) {
    const way = startingAt.get(at);
    const [, of, name, value] = DECLARATION.exec(code[at].text) ?? [];
    if (way !== undefined) {
      rest.push(...leaving(way, code[at].indent));
      at = way.to;
    } else if (moved.has(name) && !(code[at].indent === 2 && value === " = NULL")) {
      top.push({ indent: 2, text: `${of} *${name};` });
      if (value !== undefined) rest.push({ indent: code[at].indent, text: `${name}${value};` });
    } else rest.push(code[at]);
  }
  if (ways.some(({ value, releases }) => value !== undefined && releases.length > 0))
    top.push({ indent: 2, text: `${type} sc_result = 0;` });
  return [...top, ...rest, ...tail];
}
