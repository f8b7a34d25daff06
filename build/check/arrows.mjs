// SPDX-License-Identifier: Apache-2.0
// Imports between rooms, and between the floors of one.
import { roomOf } from "../rooms.mjs";

/** One line for every import that build/rooms.mjs does not allow. */
export function wrongArrows(modules) {
  return modules.flatMap(({ path, imports }) => {
    const room = roomOf(path);
    if (room === undefined) return [];
    return imports.flatMap(({ name, target, line }) => {
      const problem = target === undefined ? packageProblem(room, name) : fileProblem(room, path, target);
      return problem === undefined ? [] : [`${path}:${line} imports ${target ?? name}: ${problem}`];
    });
  });
}

/** One line for every folder of a room with floors that is on none of them. */
export function missingFloors(modules) {
  const lines = modules.flatMap(({ path }) => {
    const room = roomOf(path);
    if (room?.floors === undefined || floorOf(room, path) >= 0) return [];
    return [`${room.room}/${unitOf(room, path)} is on no floor`];
  });
  return [...new Set(lines)];
}

function packageProblem({ room, packages }, name) {
  const isAllowed = packages.some((pattern) =>
    pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
  return isAllowed ? undefined : `${room} may import no package but ${packages.join(", ") || "none"}`;
}

function fileProblem(room, path, target) {
  if (!isIn(target, room.room)) {
    if (room.folders.some((folder) => folder === "*" || isIn(target, folder))) return undefined;
    return `${room.room} may import no folder but ${[room.room, ...room.folders].join(", ")}`;
  }
  if (room.floors === undefined || unitOf(room, path) === unitOf(room, target)) return undefined;
  const [from, to] = [floorOf(room, path), floorOf(room, target)];
  if (to < from) return undefined;
  return to === from ? "it is on the same floor" : "it is on a higher floor";
}

/** The folder or file of a room that a path belongs to, as `floors` names it. */
function unitOf({ room, floors }, path) {
  const [first, ...rest] = path.slice(room.length + 1).split("/");
  return rest.length > 0 || floors.flat().includes(first) ? first : ".";
}

function floorOf(room, path) {
  return room.floors.findIndex((units) => units.includes(unitOf(room, path)));
}

function isIn(path, folder) {
  return path.startsWith(`${folder}/`);
}
