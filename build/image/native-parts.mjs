// SPDX-License-Identifier: Apache-2.0
// What is linked into the native executable besides our own code, when Zig compiles it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { zigFolder } from "../toolchain.mjs";

/** @returns `{ name, version, url, license, notices }` of each part */
export function nativeParts(root) {
  const runtime = join(root, "node_modules/@scriptc/runtime");
  const zig = join(zigFolder(join(root, ".cache")), "ziglang");
  const text = (...path) => readFileSync(join(...path), "utf8").trim();
  const scriptc = JSON.parse(text(runtime, "package.json")).version;
  // Written by scriptc's authors for each folder of code by others.
  const vendored = text(runtime, "vendor/README.md");
  const commit = (project) => new RegExp(`${project}\\s+- Commit: (\\w+)`).exec(vendored)[1];
  const tls = /MBEDTLS_VERSION_STRING +"([\d.]+)"/.exec(
    text(runtime, "vendor/mbedtls/include/mbedtls/build_info.h"),
  )[1];
  // The notice of libucontext is in the file that its code was adapted into.
  const context = /\/\*(?:(?!\*\/)[\s\S])*libucontext(?:(?!\*\/)[\s\S])*\*\//.exec(text(runtime, "src/scr_musl.c"))[0];
  // Mbed TLS may be used under another license too, whose text is left out.
  const apache = text(runtime, "LICENSE");
  const musl = text(zig, "lib/libc/musl/COPYRIGHT");
  const version = readFileSync(join(root, "image/native/zig.txt"), "utf8").match(/^ziglang==(\S+)/m)[1];
  const part = (name, v, url, license, ...notices) => ({ name, version: v, url, license, notices });
  return [
    part("@scriptc/runtime", scriptc, `pkg:npm/%40scriptc/runtime@${scriptc}`, "Apache-2.0", apache),
    part("mbedtls", tls, `pkg:github/Mbed-TLS/mbedtls@mbedtls-${tls}`, "Apache-2.0", apache),
    part(
      "ryu",
      commit("ryu"),
      `pkg:github/ulfjack/ryu@${commit("ryu")}`,
      "BSL-1.0",
      text(runtime, "vendor/ryu/LICENSE-Boost"),
    ),
    part(
      "libucontext",
      commit("libucontext"),
      `pkg:github/kaniini/libucontext@${commit("libucontext")}`,
      "ISC",
      context,
    ),
    part("musl", `zig-${version}`, `pkg:pypi/ziglang@${version}`, "MIT", musl),
    part("zig-compiler-rt", version, `pkg:pypi/ziglang@${version}`, "MIT", text(zig, "LICENSE")),
  ];
}
