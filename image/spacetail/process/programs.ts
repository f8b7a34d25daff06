// SPDX-License-Identifier: Apache-2.0
import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Host } from "../host/host.js";

/**
 * Finds a program: beside this executable first, since the image installs them together, then on PATH.
 *
 * @returns its path, or an empty string
 */
export function findProgram(host: Host, name: string): string {
  // The last word of the command is the executable on both lanes; what lies beside Node is none of ours.
  const beside = dirname(host.self[host.self.length - 1] ?? "");
  const places = [beside].concat((process.env.PATH ?? "").split(":"));
  for (const place of places) {
    const path = `${place}/${name}`;
    if (place !== "" && isProgram(path)) return path;
  }
  return "";
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
