// SPDX-License-Identifier: Apache-2.0
// Images of hosts, built from their Dockerfiles on a Debian that build/debian.mjs made, without a registry.
import { execFileSync, spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Build, type DaemonBuild, imageFolder } from "../images.js";
import type { Buildah } from "../oci/buildah.js";
import { ROOT } from "../world.js";

/** A release of Debian. */
export type Suite = "bookworm" | "trixie";

/** The file system of a release, with what the bases of hosts have, which nobody changes. */
export function debianRoot(suite: Suite = "bookworm"): string {
  return join(ROOT, `.cache/world/debian-${suite}/root`);
}

/** The packages of a release that Dockerfiles of hosts install. */
export function debianPackages(suite: Suite = "bookworm"): string {
  return join(ROOT, `.cache/world/debian-${suite}/packages`);
}

/** Why there can be no machines with a release, and images for them, here; or null. */
export function machinesProblem(suite: Suite = "bookworm"): string | null {
  if (process.getuid?.() !== 0) return "machines need root";
  for (const program of ["buildah", "nsenter", "unshare", "ip", "gpg", "dpkg-deb"]) {
    if (spawnSync(program, ["--version"], { stdio: "ignore" }).error !== undefined)
      return `${program} is not on the PATH`;
  }
  return existsSync(debianPackages(suite)) ? null : `there is no Debian ${suite}: it needs debootstrap and a mirror`;
}

/** Why there can be no machine with kernel networking here, or null. */
export function tunProblem(): string | null {
  try {
    accessSync("/dev/net/tun", constants.R_OK | constants.W_OK);
    return machinesProblem();
  } catch {
    return "/dev/net/tun cannot be opened";
  }
}

/** Debian with what the bases of hosts have. */
export function debianBase(buildah: Buildah, suite: Suite): string {
  const made = Math.round(statSync(debianPackages(suite)).mtimeMs);
  return buildah.derive(`localhost/spacetail-host-base:${suite}-${made}`, "scratch", (run, container) => {
    // As it is: a copy by buildah would belong to root.
    execFileSync("cp", ["--archive", `${debianRoot(suite)}/.`, run("mount", container)]);
    run("umount", container);
  });
}

/** What the target `files`, or `files-full`, of image/Dockerfile makes, without licenses. */
export function filesImage(buildah: Buildah, build: Build, daemon: DaemonBuild = "small"): string {
  const folder = imageFolder(ROOT, build, daemon);
  const [, key = ""] = /([^/]+)$/.exec(folder) ?? [];
  return buildah.derive(`localhost/spacetail-host-files:${key.replaceAll(".", "-")}`, "scratch", (run, container) => {
    run("copy", container, folder, "/usr/local/bin");
  });
}

/** A `docker` that builds without an engine. */
export interface DockerOptions {
  readonly buildah: Buildah;
  readonly suite: Suite;
  /** The port at which the packages of Debian are. */
  readonly debianPort: number;
  /** Image names of the README, and what they are here. */
  readonly images: Readonly<Record<string, string>>;
}

/** The folder with a program that takes `docker build`, to be put first on a PATH. */
export function dockerFolder({ buildah, suite, debianPort, images }: DockerOptions): string {
  const folder = mkdtempSync(join(tmpdir(), "docker-"));
  const sources = join(folder, "sources.list");
  writeFileSync(sources, `deb [trusted=yes] http://127.0.0.1:${debianPort}/debian ${suite} main\n`);
  const words = ["--isolation", "chroot", "--network", "host", "--pull-never", "--layers"];
  words.push("--add-host", "pkgs.tailscale.com:127.0.0.1", "--volume", `${sources}:/etc/apt/sources.list:ro`);
  const renamed = Object.entries(images).map(([name, image]) => `s#^\\(FILES=\\|BASE=\\|\\)${name}$#\\1${image}#`);
  const script = [
    "#!/bin/sh",
    "set -e",
    '[ "$1" = build ]',
    "shift",
    "# What image/Dockerfile makes is there already.",
    'case "$*" in *image/Dockerfile*) exit ;; esac',
    'set -- --build-arg FILES=spacetail-files "$@"',
    "# The images that the words name are others here.",
    `for word in "$@"; do shift; set -- "$@" "$(printf '%s' "$word" | sed -e '${renamed.join(";")}')"; done`,
    `exec buildah ${buildah.flags.join(" ")} build ${words.join(" ")} "$@"`,
    "",
  ];
  writeFileSync(join(folder, "docker"), script.join("\n"), { mode: 0o755 });
  return folder;
}

/** The file system of an image, as long as the sandbox lasts. */
export function rootOf(buildah: Buildah, image: string): string {
  return buildah.run("mount", buildah.run("from", "--pull-never", image));
}
