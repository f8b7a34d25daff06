// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../world/world.js";

/** The source of Debian's package, which `build/steps.mjs` fetches where that is possible. */
const SOURCE = join(ROOT, ".cache/world/proxychains-ng");

/** Why proxychains-ng cannot be compiled here, or null. */
export function proxychainsProblem(): string | null {
  if (!existsSync(join(SOURCE, "configure"))) return "the source of Debian's proxychains-ng could not be fetched";
  return existsSync("/usr/bin/gcc") || existsSync("/usr/bin/cc") ? null : "there is no C compiler";
}

/** What is compiled where the real one cannot be: it says that it is none. */
const SUBSTITUTE = {
  configure: '#!/bin/sh\necho "prefix = $(printf \'%s\\n\' "$@" | sed -n s/--prefix=//p)" >prefix.mk\n',
  Makefile: [
    "include prefix.mk",
    "all:",
    "\tprintf '#!/bin/sh\\necho this is a substitute for proxychains4\\n' >proxychains4",
    "install:",
    "\tinstall -D -m 755 proxychains4 $(DESTDIR)$(prefix)/bin/proxychains4",
    "",
  ].join("\n"),
} as const;

/** A repository with a tagged version of proxychains-ng, or of a substitute for it. */
export function proxychainsRepository(): string {
  const dir = join(mkdtempSync(join(tmpdir(), "proxychains-")), "proxychains-ng.git");
  mkdirSync(dir);
  if (proxychainsProblem() === null) cpSync(SOURCE, dir, { recursive: true });
  else for (const [name, text] of Object.entries(SUBSTITUTE)) writeFileSync(join(dir, name), text);
  chmodSync(join(dir, "configure"), 0o755);
  git(dir, "init", "--quiet");
  commit(dir, "Version 4.16");
  git(dir, "tag", "v4.16");
  return dir;
}

/** Commits whatever there is. */
export function commit(dir: string, message: string): void {
  git(dir, "add", "--all");
  git(
    dir,
    "-c",
    "user.name=test",
    "-c",
    "user.email=test@example.com",
    "commit",
    "--quiet",
    "--allow-empty",
    "-m",
    message,
  );
}

export function git(dir: string, ...args: string[]): string {
  return execFileSync("git", ["-C", dir, ...args], { encoding: "utf8", env: { PATH: process.env.PATH, HOME: dir } });
}
