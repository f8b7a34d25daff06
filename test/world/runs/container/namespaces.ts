// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { environmentOfSetup } from "./container-setup.js";

/** The user and group of everything in a runner container. Source: Spacelift documentation, "Docker". */
export const RUNNER_UID = 1983;

/**
 * How a container gets its namespaces: `privileged` by root, which then becomes user 1983; `user` by user namespaces,
 * in which the caller is user 1983.
 */
export type Namespaces = "privileged" | "user";

/** Flags of unshare(1) for each kind. All of them share the caller's network. */
export const UNSHARE_FLAGS: Readonly<Record<Namespaces, readonly string[]>> = {
  privileged: ["--mount", "--pid", "--uts", "--fork"],
  user: ["--user", "--map-root-user", "--mount", "--pid", "--uts", "--fork"],
};

/** The path of an executable on the caller's PATH, or null. */
export function findExecutable(name: string): string | null {
  for (const directory of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(directory || ".", name);
    if (isExecutable(path)) return path;
  }
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Why containers of that kind cannot be made here, or null when they can: makes one that does nothing. */
export function namespacesSupport(kind: Namespaces): string | null {
  if (process.platform !== "linux") return `run containers need Linux, but this is ${process.platform}`;
  const needed = ["sh", "unshare", "mount", "hostname", "mkfifo", "tar", "env", "grep", "cat", "mkdir"];
  if (kind === "privileged") needed.push("setpriv", "chown");
  const missing = needed.filter((name) => findExecutable(name) === null);
  if (missing.length > 0) return `run containers need ${missing.join(", ")} on the PATH`;
  if (kind === "privileged" && !ownsRunnerUid()) return "the caller is not root with user 1983 to switch to";
  const scratch = mkdtempSync(join(tmpdir(), "container-probe-"));
  try {
    return probe(kind, scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function probe(kind: Namespaces, scratch: string): string | null {
  const { setup, environment } = environmentOfSetup({
    namespaces: kind,
    scratch,
    workspace: scratch,
    hostname: "probe",
  });
  const result = spawnSync("unshare", [...UNSHARE_FLAGS[kind], "sh", setup, "true"], {
    env: environment,
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
    timeout: 120_000,
  });
  if (result.status === 0) return null;
  return result.error?.message ?? (result.stderr.trim() || `unshare ended with ${result.signal ?? result.status}`);
}

/** True for root to whom user 1983 is mapped, which it is not in most user namespaces. */
function ownsRunnerUid(): boolean {
  if (process.geteuid?.() !== 0 || !existsSync("/proc/self/uid_map")) return false;
  const ranges = readFileSync("/proc/self/uid_map", "utf8").trim().split("\n");
  return ranges.some((range) => {
    const [inside = 0, , count = 0] = range.trim().split(/\s+/).map(Number);
    return inside <= RUNNER_UID && RUNNER_UID < inside + count;
  });
}

let chosen: { readonly kind: Namespaces | null; readonly reason: string } | undefined;

function choose(): { readonly kind: Namespaces | null; readonly reason: string } {
  if (chosen !== undefined) return chosen;
  const reasons: string[] = [];
  for (const kind of ["privileged", "user"] as const) {
    const reason = namespacesSupport(kind);
    if (reason === null) {
      chosen = { kind, reason: "" };
      return chosen;
    }
    reasons.push(`${kind === "privileged" ? "as root" : "with user namespaces"}: ${reason}`);
  }
  chosen = { kind: null, reason: `run containers cannot be made here (${reasons.join("; ")})` };
  return chosen;
}

/**
 * Why runs cannot be performed here, in one line, or null when they can. The first call tries it with a real container
 * (some 20 ms) and the answer is kept.
 */
export function containerSupport(): string | null {
  const { kind, reason } = choose();
  return kind === null ? reason : null;
}

/**
 * The kind of namespaces to use here.
 *
 * @throws when {@link containerSupport} names a reason
 */
export function preferredNamespaces(): Namespaces {
  const { kind, reason } = choose();
  if (kind === null) throw new Error(reason);
  return kind;
}
