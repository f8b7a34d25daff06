// SPDX-License-Identifier: Apache-2.0
import { utf8Bytes } from "./base64.js";

/** The directory that mounted files are put under. Source: Spacelift's documentation, "Environment", Mounted files. */
export const WORKSPACE = "/mnt/workspace/";

/** The largest mounted file, in bytes. Source: Spacelift's documentation, "Environment", Mounted files. */
export const MAX_FILE_BYTES = 2 * 1024 * 1024;

/** Files of Spacelift's worker: the run's identity token, and the environment that phases hand on. */
const WORKERS_FILES: readonly string[] = ["spacelift.oidc", ".env_hooks_after"];

/** What is wrong with the path of a mounted file, or null. */
export function filePathProblem(path: string): string | null {
  if (path.trim() !== path || path === "") return "must not be empty, nor begin or end with a blank";
  if (path.startsWith("/")) return `must be relative to ${WORKSPACE}`;
  if (path.split("").some((char) => char.charCodeAt(0) < 32)) return "must not contain control characters";
  const parts = path.split("/");
  if (parts.some((part) => part === "" || part === "." || part === "..")) {
    return "must name a file, without empty parts, . or ..";
  }
  return WORKERS_FILES.includes(path) ? "must not be a file that Spacelift's worker keeps there" : null;
}

/** What is wrong with the content of a mounted file, or null. */
export function fileContentProblem(content: string): string | null {
  if (content === "") return "must not be empty";
  // A character takes one byte at least, and three at most for each unit of its length.
  if (content.length * 3 <= MAX_FILE_BYTES || utf8Bytes(content).length <= MAX_FILE_BYTES) return null;
  return "must have at most 2 MiB";
}
