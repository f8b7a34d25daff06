// SPDX-License-Identifier: Apache-2.0
// Circles of imports.
import { roomOf } from "../rooms.mjs";

/**
 * One line for every circle. In each folder its files and folders, with all that is in them, count as one thing each;
 * among those there must be an order in which each imports only what comes before it.
 */
export function circles(modules) {
  const known = new Set(modules.map(({ path }) => path));
  const graphs = new Map();
  for (const { path, imports } of modules) {
    for (const { target, isType } of imports) {
      if (target === undefined || target === path || !known.has(target)) continue;
      if (isType && roomOf(path)?.typesMayCircle) continue;
      const [folder, from, to] = parted(path, target);
      const graph = graphs.get(folder) ?? graphs.set(folder, new Map()).get(folder);
      (graph.get(from) ?? graph.set(from, new Map()).get(from)).set(to, `${path} imports ${target}`);
    }
  }
  return [...graphs].flatMap(([folder, graph]) => circlesOf(graph).map((found) => described(folder, graph, found)));
}

/** The innermost folder that holds both paths, and what of it each belongs to. */
function parted(path, target) {
  const [a, b] = [path.split("/"), target.split("/")];
  let depth = 0;
  while (a[depth] === b[depth]) depth += 1;
  return [a.slice(0, depth).join("/"), a[depth], b[depth]];
}

/** One circle of each group whose members reach each other, as the way around it. */
function circlesOf(graph) {
  const found = [];
  const inCircle = new Set();
  for (const start of graph.keys()) {
    if (inCircle.has(start)) continue;
    const way = wayBack(graph, start);
    if (way === undefined) continue;
    for (const one of way) inCircle.add(one);
    found.push(way);
  }
  return found;
}

/** The shortest way from `start` to itself. */
function wayBack(graph, start) {
  const ways = [[start]];
  const seen = new Set();
  for (const way of ways) {
    for (const next of graph.get(way.at(-1))?.keys() ?? []) {
      if (next === start) return way;
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return undefined;
}

function described(folder, graph, way) {
  const steps = way.map((from, i) => graph.get(from).get(way[(i + 1) % way.length]));
  return `circle in ${folder || "the repository"}: ${[...way, way[0]].join(" -> ")} (${steps.join("; ")})`;
}
