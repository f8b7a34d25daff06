// SPDX-License-Identifier: Apache-2.0
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect, type Ended } from "../collect.js";
import { findExecutable } from "../runs/index.js";
import { ROOT } from "../world.js";

const PROFILES = join(ROOT, ".cache/world/profile");

/** Which seccomp profile a container has. */
export type Profile = "docker" | "containerd";

/** Why runc makes no containers here, or null: makes one that does nothing. */
export function runcProblem(): string | null {
  const runc = findExecutable("runc");
  if (runc === null) return "runc is not on the PATH";
  if (process.getuid?.() !== 0) return "runc is run by root here";
  const folder = mkdtempSync(join(tmpdir(), "runc-"));
  try {
    writeBundle(folder, "docker", { argv: ["true"], environment: { PATH: "/usr/bin" }, folders: {} });
    const tried = spawnSync(runc, commandLine(folder), { encoding: "utf8" });
    return tried.status === 0 ? null : tried.stderr.trim();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What runs in a container. */
export interface Contents {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Folders of this machine by their paths in the container. They can be written to. */
  readonly folders: Readonly<Record<string, string>>;
}

/**
 * Runs a command in a container by runc, as Docker or containerd would have it run: by user 1983, without capabilities,
 * under the default seccomp profile. The network is the caller's, and so are programs and libraries.
 */
export async function runInContainer(profile: Profile, contents: Contents): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), "runc-"));
  try {
    writeBundle(folder, profile, contents);
    return await collect(spawn("runc", commandLine(folder), { stdio: ["ignore", "pipe", "pipe"] })).ended;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function commandLine(folder: string): string[] {
  const id = folder.slice(folder.lastIndexOf("/") + 1);
  return ["--root", join(folder, "state"), "run", "--bundle", folder, id];
}

/** Source: https://github.com/opencontainers/runtime-spec/blob/main/config.md. */
function writeBundle(folder: string, profile: Profile, { argv, environment, folders }: Contents): void {
  const root = join(folder, "rootfs");
  mkdirSync(join(root, "tmp"), { recursive: true });
  // runc gives what it mounts there this mode.
  chmodSync(join(root, "tmp"), 0o1777);
  for (const name of ["bin", "sbin", "lib", "lib64"]) symlinkSync(`usr/${name}`, join(root, name));
  const printed = spawnSync(PROFILES, [profile], { encoding: "utf8" });
  if (printed.status !== 0) throw new Error(`no profile of ${profile}: ${printed.stderr}`);
  const bind = (from: string, to: string, option: string) => ({
    destination: to,
    type: "bind",
    source: from,
    options: ["rbind", option],
  });
  const sets = ["bounding", "effective", "permitted", "inheritable", "ambient"];
  const config = {
    ociVersion: "1.0.2",
    process: {
      user: { uid: 1983, gid: 1983 },
      args: argv,
      env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      cwd: "/",
      capabilities: Object.fromEntries(sets.map((name) => [name, []])),
    },
    root: { path: "rootfs" },
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755"] },
      { destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=1777"] },
      bind("/usr", "/usr", "ro"),
      bind("/etc", "/etc", "ro"),
      ...Object.entries(folders).map(([to, from]) => bind(from, to, "rw")),
    ],
    linux: {
      namespaces: ["pid", "ipc", "uts", "mount"].map((type) => ({ type })),
      readonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys"],
      seccomp: JSON.parse(printed.stdout),
    },
  };
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
}
