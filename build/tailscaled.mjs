#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Builds the pinned tailscaled, command line included, from its Go module.
//
// Usage: npm run build:tailscaled -- [x64] [arm64] [full]      default: x64
//
//          image/dist/tailscaled-linux-ARCH        the small one, which has what runs need
//   full   image/dist/tailscaled-full-linux-ARCH   that one, and what hosts need: kernel networking, routes, exit nodes
//
// The main package is Tailscale's, with the files of image/tailscale/tailscaled added to it. In the small one,
// image/tailscale/dbus takes the place of the D-Bus module, which only root's SSH sessions on hosts use. The result is
// cached in .cache/tailscaled by module versions, tags, added files, toolchain and architecture.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const here = join(root, "image/tailscale");
const read = (name) => readFileSync(join(here, name), "utf8");

const linesOf = (name) =>
  read(name)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
const added = readdirSync(join(here, "tailscaled")).filter((name) => name.endsWith(".go"));
const version = /tailscale\.com v(\S+)/.exec(read("go.mod"))[1];
// Module archives carry no commit, without which tailscaled calls its own version an error.
const stamp = `-X tailscale.com/version.shortStamp=${version} -X tailscale.com/version.longStamp=${version}-spacetail`;

const words = process.argv.slice(2);
const isFull = words.includes("full");
const inFull = linesOf("tags-full.txt");
const tags = linesOf("tags.txt").filter((tag) => !isFull || !inFull.includes(tag));

/**
 * An overlay that puts the files of Tailscale's main package beside ours. The compiler reads them in the module cache,
 * so nothing is copied.
 */
function overlay(module, file) {
  const main = join(module, "cmd/tailscaled");
  const names = readdirSync(main).filter((name) => name.endsWith(".go") && !name.endsWith("_test.go"));
  for (const name of added) if (names.includes(name)) throw new Error(`Tailscale has a file called ${name} too`);
  const Replace = Object.fromEntries(names.map((name) => [join(here, "tailscaled", name), join(main, name)]));
  writeFileSync(file, JSON.stringify({ Replace }));
  return file;
}

/** A go.mod, and the go.sum beside it, with our D-Bus module in place of the other. */
function withoutDbus(file) {
  writeFileSync(file, `${read("go.mod")}\nreplace github.com/godbus/dbus/v5 => ./dbus\n`);
  writeFileSync(file.replace(/mod$/, "sum"), read("go.sum"));
  return file;
}

/**
 * What every byte or packet goes through. Elsewhere functions are not inlined, which makes the program smaller by 3 %,
 * and compressed by 6 %.
 */
const HOT = `
  bufio bytes cmp container/... context crypto/... encoding/binary errors
  github.com/gaissmai/bart/... github.com/tailscale/wireguard-go/... go4.org/...
  golang.org/x/crypto/... golang.org/x/net/... golang.org/x/sys/... gvisor.dev/gvisor/... hash/...
  internal/... io iter maps math/... net net/netip os runtime/... slices sort strings sync/...
  syscall tailscale.com/derp/... tailscale.com/disco tailscale.com/envknob tailscale.com/net/...
  tailscale.com/syncs tailscale.com/tstime/... tailscale.com/types/... tailscale.com/util/...
  tailscale.com/wgengine/... time unicode/... unique weak
`
  .trim()
  .split(/\s+/);

function build(arch) {
  const env = { ...process.env, CGO_ENABLED: "0", GOOS: "linux", GOARCH: arch === "arm64" ? "arm64" : "amd64" };
  const go = (...args) =>
    execFileSync("go", args, { cwd: here, env, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const key = createHash("sha256");
  const ours = [...added.map((name) => `tailscaled/${name}`), ...(isFull ? [] : ["dbus/dbus.go"])].map(read);
  for (const part of [go("env", "GOVERSION"), arch, tags.join(), stamp, HOT.join(), read("go.sum"), ...added, ...ours])
    key.update(part).update("\0");
  const folder = join(root, ".cache/tailscaled", key.digest("hex").slice(0, 16));
  const cached = join(folder, "tailscaled");
  if (!existsSync(cached)) {
    mkdirSync(folder, { recursive: true });
    const partial = `${cached}.${process.pid}`;
    // Downloads the module if it is not there yet, as `go list` does not.
    const module = JSON.parse(go("mod", "download", "-json", "tailscale.com")).Dir;
    go(
      "build",
      "-trimpath",
      "-buildvcs=false",
      `-overlay=${overlay(module, join(folder, "overlay.json"))}`,
      ...(isFull ? [] : [`-modfile=${withoutDbus(join(folder, "small.mod"))}`]),
      "-tags",
      tags.join(),
      "-gcflags=all=-l",
      ...HOT.map((packages) => `-gcflags=${packages}=`),
      "-ldflags",
      `-s -w ${stamp}`,
      "-o",
      partial,
      "./tailscaled",
    );
    renameSync(partial, cached);
  }
  const out = join(root, `image/dist/tailscaled${isFull ? "-full" : ""}-linux-${arch}`);
  mkdirSync(dirname(out), { recursive: true });
  copyFileSync(cached, `${out}.partial`);
  renameSync(`${out}.partial`, out);
  return out;
}

const arches = words.filter((word) => word !== "full");
for (const arch of arches.length > 0 ? arches : ["x64"]) {
  const out = build(arch);
  console.log(`${out.slice(root.length + 1)} ${statSync(out).size} bytes (tailscale ${version})`);
}
