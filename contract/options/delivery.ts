// SPDX-License-Identifier: Apache-2.0
import type { Check } from "../wire/checks.js";
import { oneOf } from "./checks.js";

/** How the executables get into a run. */
export const DELIVERIES: readonly string[] = ["image", "fetch"];

export const FETCH = "fetch";

/** The platforms and programs of a release. */
export const PLATFORMS: readonly string[] = ["amd64", "arm64"];
export const PROGRAMS: readonly string[] = ["spacetail", "tailscaled"];

/** What a release calls an executable; compressed, it has `.gz` at the end. */
export function executableName(program: string, platform: string): string {
  return `${program}-linux-${platform}`;
}

/** The names of all executables of a release. */
export const EXECUTABLES: readonly string[] = PLATFORMS.flatMap((platform) =>
  PROGRAMS.map((program) => executableName(program, platform)),
);

export const executable = oneOf(EXECUTABLES);

/** The address of a folder with files. It is in a shell script that everyone can read. */
export const folderUrl: Check = (text) => {
  return /^https?:\/\/[^\s/?#@'\\]+(\/[^\s?#'\\]*)?$/.test(text) && isPrintable(text)
    ? null
    : "must be an http:// or https:// URL without login, query and quotes";
};

export const sha256Text: Check = (text) => (/^[0-9a-f]{64}$/.test(text) ? null : "must be a SHA-256: 64 digits 0-9a-f");

function isPrintable(text: string): boolean {
  return [...text].every((char) => char > " " && char <= "~");
}
