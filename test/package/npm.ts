// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./tarball.js";

/** What npm and Node say when there is no network, or no registry at its other end. */
const UNREACHABLE = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ENOTCACHED)\b/;

/** Why packages cannot be installed on this machine. */
export class Unreachable extends Error {}

/**
 * Runs npm in a folder.
 *
 * @throws Unreachable if it cannot reach its registry
 * @throws Error with what it printed if it fails for another reason
 */
export function npm(folder: string, ...words: string[]): void {
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1"];
  shell(folder, ["npm", ...words, ...quiet].join(" "));
}

/** Runs a command as a user types it. @throws as {@link npm} does */
export function shell(folder: string, command: string): void {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", command], { cwd: folder, encoding: "utf8" });
  if (status === 0) return;
  const [unreachable] = UNREACHABLE.exec(stderr) ?? [];
  if (unreachable !== undefined) throw new Unreachable(`npm cannot reach its registry: ${unreachable}`);
  throw new Error(`${command} ended with ${status}: ${stdout}${stderr}`);
}

/**
 * A folder in the cache that holds one package of that exact version, installed once.
 *
 * @param specifier such as `cdktf-cli@0.21.0`
 * @throws as {@link npm} does
 */
export function cachedPackage(specifier: string): string {
  const folder = join(ROOT, ".cache/packages", specifier.split("/").join("+"));
  if (existsSync(folder)) return folder;
  mkdirSync(join(folder, ".."), { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  try {
    writeFileSync(join(draft, "package.json"), '{ "private": true }\n');
    npm(draft, "install", specifier);
    if (!existsSync(folder)) renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}

/** The result of `work`, or null with a printed reason if packages cannot be installed here. */
export function unlessUnreachable<T>(what: string, work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    process.stderr.write(`skipped: ${what}: ${error.message}\n`);
    return null;
  }
}
