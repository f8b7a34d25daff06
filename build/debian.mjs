// SPDX-License-Identifier: Apache-2.0
// A Debian that stands in for the bases of hosts, whose images come from registries.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the bases of Coder have. */
const IN_BASE = ["bash-completion", "ca-certificates", "curl", "dbus", "iproute2", "procps", "sudo", "systemd-sysv"];

/** What their Dockerfiles install, and what Tailscale's own package depends on. */
const TO_INSTALL = ["netcat-openbsd", "proxychains4", "python3", "iptables"];

/**
 * Makes a folder with a release, such as bookworm:
 *
 *   root       a file system, with the user `coder`, who may use sudo
 *   packages   the packages that are installed on it later, with all that they depend on
 *
 * @throws Error if it cannot be made here
 */
export function makeDebian(folder, suite) {
  if (process.getuid() !== 0) throw new Error("only root can make one");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const root = join(folder, "root");
  const run = (program, ...args) => execFileSync(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  run("debootstrap", "--variant=minbase", `--include=${IN_BASE.join()}`, suite, root);
  cpSync("/etc/resolv.conf", join(root, "etc/resolv.conf"), { dereference: true });
  const inside = (...words) => run("chroot", root, "env", "DEBIAN_FRONTEND=noninteractive", ...words);
  inside("apt-get", "update", "--quiet");
  const install = ["install", "--no-install-recommends", "--yes", "--quiet"];
  inside("apt-get", ...install, "--download-only", ...TO_INSTALL);
  cpSync(join(root, "var/cache/apt/archives"), join(folder, "packages"), { recursive: true });
  inside("apt-get", "clean");
  for (const path of ["packages/partial", "packages/lock", "root/var/lib/apt/lists"])
    rmSync(join(folder, path), { recursive: true, force: true });
  for (const path of ["usr/share/doc", "usr/share/locale", "usr/share/man"])
    rmSync(join(root, path), { recursive: true, force: true });
  // Packages are installed in tests, where nothing has to survive a crash.
  writeFileSync(join(root, "etc/dpkg/dpkg.cfg.d/unsafe-io"), "force-unsafe-io\n");
  inside("useradd", "--create-home", "--shell", "/bin/bash", "coder");
  writeFileSync(join(root, "etc/sudoers.d/coder"), "coder ALL=(ALL) NOPASSWD:ALL\n", { mode: 0o440 });
}
