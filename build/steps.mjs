// SPDX-License-Identifier: Apache-2.0
// Builds what the embedded world needs. A step is skipped while its inputs are unchanged.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { makeDebian } from "./debian.mjs";
import { which } from "./prerequisites.mjs";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
export const cache = join(root, ".cache");

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2], ...options });
  if (result.status !== 0) throw new Error(`${[command, ...args].join(" ")} failed`);
}

/** A hash of the contents of files and folders. */
function digest(paths, extra = []) {
  const hash = createHash("sha256");
  for (const part of extra) hash.update(part).update("\0");
  const add = (path) => {
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) add(join(path, name));
    } else hash.update(relative(root, path)).update("\0").update(readFileSync(path)).update("\0");
  };
  for (const path of paths) if (existsSync(join(root, path))) add(join(root, path));
  return hash.digest("hex");
}

/** Runs `work` unless `outputs` exist and were made from the same inputs. */
function step(name, inputs, outputs, work, extra = []) {
  const stamp = join(cache, "stamps", name);
  const now = digest(inputs, extra);
  const fresh = outputs.every((path) => existsSync(join(root, path)));
  if (fresh && existsSync(stamp) && readFileSync(stamp, "utf8") === now) return;
  console.error(`... ${name}`);
  const began = Date.now();
  work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, now);
  console.error(`    ${name} took ${Math.round((Date.now() - began) / 100) / 10} s`);
}

/** The packages of package-lock.json. */
export function packages() {
  const { devDependencies, peerDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const install = () => run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
  const asked = [JSON.stringify({ devDependencies, peerDependencies })];
  step("packages", ["package-lock.json"], ["node_modules"], install, asked);
}

/** The library, as it is published. */
export function library() {
  const rooms = ["contract", "constructs", "pulumi", "render", "build/library.mjs", "build/bindings.mjs"];
  const inputs = [...rooms, "cdktf.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json"];
  const engines = ["cdktf", "cdktn", "pulumi"].map((engine) => `dist/${engine}/index.js`);
  step("library", inputs, [...engines, "dist/spacetail.cjs"], () => run("npm", ["run", "--silent", "build"]));
}

/** Removes the folders that tests made from earlier builds. */
function forgetImages() {
  const folder = join(cache, "world");
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder))
    if (/^(image|draft)-/.test(name)) rmSync(join(folder, name), { recursive: true });
}

/** What the executable is made of. */
const SOURCES = [
  "contract",
  "image/spacetail",
  "image/native",
  "build/executable.mjs",
  "build/runtime-repairs.mjs",
  "build/shrink",
  "build/toolchain.mjs",
  "package-lock.json",
  "tsconfig.json",
];

/** Both builds of the executable. */
export function executable() {
  const outputs = ["image/dist/spacetail-linux-x64", "image/dist/spacetail.cjs"];
  step(
    "executable",
    SOURCES,
    outputs,
    () => {
      forgetImages();
      run("node", ["build/executable.mjs"]);
    },
    [process.env.MUSL_CC ?? ""],
  );
}

/** Both builds of the program that tests the sockets of the executable. */
export function probe() {
  const output = ".cache/bin/net-probe";
  step(
    "net-probe",
    [...SOURCES, "test/native"],
    [`${output}.cjs`, `${output}-linux-x64`],
    () => run("node", ["build/executable.mjs", "--entry", "test/native/probe", "--output", output]),
    [process.env.MUSL_CC ?? ""],
  );
}

/** The small tailscaled, and the full one. */
export function daemon() {
  const inputs = ["image/tailscale", "build/tailscaled.mjs"];
  step("tailscaled", inputs, ["image/dist/tailscaled-linux-x64"], () => run("node", ["build/tailscaled.mjs"]));
  step("tailscaled-full", inputs, ["image/dist/tailscaled-full-linux-x64"], () =>
    run("node", ["build/tailscaled.mjs", "full"]),
  );
}

/** The embedded tailnet. */
export function tailnet() {
  const folder = join(root, "test/world/tailnet");
  step("tailnet", ["test/world/tailnet"], [".cache/world/tailnet"], () => {
    mkdirSync(join(cache, "world"), { recursive: true });
    // Without their own services peers listen on nothing but what the tests ask of them.
    run("go", ["build", "-tags", "ts_omit_peerapiserver", "-o", join(cache, "world/tailnet"), "."], { cwd: folder });
  });
  return join(cache, "world/tailnet");
}

/** Clients of the tunnel's proxies and of capture: programs in Go, and packages for Python. */
export function clients() {
  const folder = join(root, "test/world/clients");
  const programs = { fetch: ".", databases: "./databases", "terraform-provider-database": "./provider" };
  const outputs = Object.keys(programs).map((name) => `.cache/world/clients/${name}`);
  step("clients", ["test/world/clients"], outputs, () => {
    const out = join(cache, "world/clients");
    rmSync(out, { recursive: true, force: true });
    mkdirSync(out, { recursive: true });
    const env = { ...process.env, CGO_ENABLED: "0" };
    for (const [name, source] of Object.entries(programs)) {
      run("go", ["build", "-trimpath", "-o", join(out, name), source], { cwd: folder, env });
    }
    // For any Python 3: the container's may differ from the first one on this machine. Without pip, the tests are
    // skipped, and say so.
    if (which("python3") === undefined) return;
    const pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--platform=any"];
    const result = spawnSync("python3", [...pip, "--target", join(out, "python"), "-r", join(folder, "python.txt")], {
      stdio: ["ignore", 2, 2],
    });
    if (result.status !== 0) rmSync(join(out, "python"), { recursive: true, force: true });
  });
}

/** Tailscale's own programs of the pinned version, and what its packages have besides them. */
export function stock() {
  const out = join(cache, "world/stock");
  const cwd = join(root, "image/tailscale");
  const version = /tailscale\.com v(\S+)/.exec(readFileSync(join(cwd, "go.mod"), "utf8"))[1];
  const stamp = ["short", "long"].map((name) => `-X tailscale.com/version.${name}Stamp=${version}`).join(" ");
  const flags = ["-trimpath", "-buildvcs=false", "-ldflags", `-s -w ${stamp}`, "-o", `${out}/`];
  step("stock", ["image/tailscale/go.mod", "image/tailscale/go.sum"], [".cache/world/stock/package"], () => {
    const env = { ...process.env, CGO_ENABLED: "0" };
    mkdirSync(out, { recursive: true });
    run("go", ["build", ...flags, "tailscale.com/cmd/tailscale", "tailscale.com/cmd/tailscaled"], { cwd, env });
    const module = JSON.parse(execFileSync("go", ["mod", "download", "-json", "tailscale.com"], { cwd })).Dir;
    for (const folder of ["cmd/tailscaled", "release/deb"]) {
      for (const name of readdirSync(join(module, folder)).filter((one) => /\.(service|defaults|sh)$/.test(one))) {
        mkdirSync(join(out, "package"), { recursive: true });
        writeFileSync(join(out, "package", name), readFileSync(join(module, folder, name)));
      }
    }
  });
}

/** A certificate authority. */
export function pebble() {
  step("pebble", ["test/world/pebble"], [".cache/world/pebble"], () => {
    const program = "github.com/letsencrypt/pebble/v2/cmd/pebble";
    run("go", ["build", "-trimpath", "-o", join(cache, "world/pebble"), program], {
      cwd: join(root, "test/world/pebble"),
      env: { ...process.env, CGO_ENABLED: "0" },
    });
  });
}

/** A program that executes others under the default seccomp profiles of container runtimes. */
export function profiles() {
  step("profiles", ["test/world/profiles"], [".cache/world/profile"], () => {
    const env = { ...process.env, CGO_ENABLED: "0" };
    run("go", ["build", "-trimpath", "-o", join(cache, "world/profile"), "."], {
      cwd: join(root, "test/world/profiles"),
      env,
    });
  });
}

/**
 * Two releases of Debian for workspaces of Coder and for other hosts, and packages for them. Without root, debootstrap
 * or a mirror, the tests that need them are skipped, and say so.
 */
export function debian() {
  for (const suite of ["bookworm", "trixie"]) {
    const folder = `.cache/world/debian-${suite}`;
    try {
      step(`debian-${suite}`, ["build/debian.mjs"], [`${folder}/packages`], () =>
        makeDebian(join(root, folder), suite),
      );
    } catch (error) {
      console.error(`    no Debian ${suite} for the tests of hosts: ${error.message}`);
      rmSync(join(root, folder), { recursive: true, force: true });
    }
  }
}

/** The source of proxychains-ng, where Debian's can be had. Elsewhere the tests that compile it are skipped. */
export function proxychains() {
  const out = join(cache, "world/proxychains-ng");
  if (existsSync(join(out, "configure")) || which("apt-get") === undefined || process.getuid() !== 0) return;
  const result = spawnSync("sh", ["build/debian-source.sh", "proxychains-ng", out], { cwd: root, encoding: "utf8" });
  if (result.status !== 0) console.error(`no source of proxychains-ng: ${result.stderr.trim().split("\n").pop()}`);
}

/** A Terraform that runs here: from PATH, else an OpenTofu built once. */
export function terraform() {
  const found = which("terraform") ?? which("tofu");
  if (found !== undefined) return found;
  const out = join(cache, "world/tofu");
  step("opentofu", ["test/world/opentofu"], [".cache/world/tofu"], () => {
    mkdirSync(join(cache, "world"), { recursive: true });
    const env = { ...process.env, CGO_ENABLED: "0" };
    run("go", ["build", "-o", out, "github.com/opentofu/opentofu/cmd/tofu"], {
      cwd: join(root, "test/world/opentofu"),
      env,
    });
  });
  return out;
}

/** Bundles a TypeScript program of test/ or bench/ for Node and returns its path. */
export function bundle(entry) {
  const out = join(cache, "bin", `${entry.replaceAll("/", "-").replace(/\.ts$/, "")}.cjs`);
  const esbuild = join(root, "node_modules/.bin/esbuild");
  // No tsconfig.json: its paths would put the library's sources into the bundle.
  const flags = ["--bundle", "--platform=node", "--target=node20", "--packages=external", "--sourcemap=inline"];
  flags.push('--tsconfig-raw={"compilerOptions":{"target":"ES2022","strict":true}}');
  execFileSync(esbuild, [join(root, entry), ...flags, "--log-level=warning", `--outfile=${out}`], {
    stdio: ["ignore", 2, 2],
  });
  return out;
}

/** Runs one of our TypeScript programs. */
export function runProgram(entry, args, env) {
  return new Promise((done) => {
    const child = spawn(process.execPath, [bundle(entry), ...args], { stdio: "inherit", env });
    // A terminal sends signals to the whole group; others are passed on.
    for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => child.kill(name));
    child.on("exit", (code) => done(code ?? 1));
  });
}
