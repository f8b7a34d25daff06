// SPDX-License-Identifier: Apache-2.0
// Finds a C compiler that makes static musl executables.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The Zig C compiler, pinned with the sums of its wheels. */
const PINNED = resolve(dirname(fileURLToPath(import.meta.url)), "../image/native/zig.txt");
const TABLES = join(dirname(PINNED), "tables.ld");
const ZIG = /^ziglang==(\S+)/m.exec(readFileSync(PINNED, "utf8"))[1];

/**
 * What makes the linker call image/native/heap.c for blocks of memory. That file has no function in place of the last
 * two, which would not know its blocks, so a program that calls these cannot be linked.
 */
export const HEAP = ["malloc", "calloc", "realloc", "free", "malloc_usable_size", "reallocarray"].map(
  (name) => `-Wl,--wrap=${name}`,
);

/** The folder with the pinned Zig: ZIG_FOLDER if set, otherwise one below `cache`, which may not exist yet. */
export function zigFolder(cache) {
  return process.env.ZIG_FOLDER ?? join(cache, `ziglang-${ZIG}`);
}

/**
 * A compiler command for static musl executables of `arch` ("x64" or "arm64"): `MUSL_CC` if set, `musl-gcc` if it is
 * on PATH (x64 only), else `zig cc` from the pinned wheel, installed below `cache` on first use. `MUSL_CC=zig` is that
 * wheel too: images and releases use it for both architectures, so that a release depends on no machine's compiler.
 * Throws when there is neither musl-gcc nor Python 3 with pip.
 *
 * @returns {{argv: string[], id: string, program: string[], link: string[]}} the command, what identifies it in a build
 *   cache, and the flags that make the one large file of a program small: when it is compiled, and when it is linked
 */
export function musl(arch, cache) {
  const given = process.env.MUSL_CC;
  if (given && given !== "zig")
    return { argv: given.split(" "), id: version(given.split(" ")), program: ["-flto"], link: [] };
  if (!given && arch === "x64" && process.arch === "x64") {
    const gcc = attempt(["musl-gcc"]);
    if (gcc) return gcc;
  }
  const folder = zigFolder(cache);
  if (!existsSync(join(folder, "ziglang"))) {
    mkdirSync(folder, { recursive: true });
    try {
      execFileSync(
        "python3",
        ["-m", "pip", "install", "--quiet", "--require-hashes", "--target", folder, "-r", PINNED],
        {
          stdio: ["ignore", "ignore", "pipe"],
        },
      );
    } catch (error) {
      throw new Error(
        `no C compiler for musl: install musl-gcc (Debian: musl-tools), or Python 3 with pip (${error.message})`,
      );
    }
  }
  const triple = arch === "arm64" ? "aarch64-linux-musl" : "x86_64-linux-musl";
  const argv = [...withDescriptors(), join(folder, "ziglang/zig"), "cc", "-target", triple];
  // Generated code repeats itself. Moving what repeats into functions saves more than optimising the whole program
  // does, and the two cannot be combined.
  return {
    argv,
    id: `zig ${ZIG} ${triple}`,
    program: ["-mllvm", "-enable-machine-outliner=always", "-mllvm", "-inline-threshold=0"],
    link: [`-Wl,-T,${TABLES}`],
  };
}

/** The C compiler for programs that run on this machine only. */
export function gcc() {
  return { argv: ["gcc"], id: version(["gcc"]), program: [], link: [] };
}

/** How many files Zig has open at once when it compiles musl: one for each source, and some. */
const ZIG_FILES = 2048;

/** The words before Zig that let it open as many files as this machine allows; throws if those are too few. */
function withDescriptors() {
  const most = execFileSync("sh", ["-c", "ulimit -H -n"], { encoding: "utf8" }).trim();
  if (Number(most) < ZIG_FILES) {
    throw new Error(
      `Zig needs up to ${ZIG_FILES} open files, but the limit is ${most}. Raise it; \`docker build\` and ` +
        `\`buildah build\` have --ulimit nofile=${ZIG_FILES} for that.`,
    );
  }
  return ["sh", "-c", 'ulimit -S -n "$(ulimit -H -n)"; exec "$@"', "sh"];
}

function attempt(argv) {
  try {
    return { argv, id: version(argv), program: ["-flto"], link: ["-flto-partition=one"] };
  } catch {
    return undefined;
  }
}

function version(argv) {
  return execFileSync(argv[0], [...argv.slice(1), "--version"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}
