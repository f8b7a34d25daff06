// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "../world.js";

/** Tailscale's own programs and the files of its packages, which `build/steps.mjs` gets from its Go module. */
const STOCK = join(ROOT, ".cache/world/stock");

/** The pinned version of Tailscale. */
export const STOCK_VERSION =
  /tailscale\.com v(\S+)/.exec(readFileSync(join(ROOT, "image/tailscale/go.mod"), "utf8"))?.[1] ?? "";

/** The path of one of the two programs. */
export function stockProgram(name: "tailscale" | "tailscaled"): string {
  const path = join(STOCK, name);
  if (!existsSync(path)) throw new Error(`${path} is missing: build/steps.mjs builds it`);
  return path;
}

/** Makes Tailscale's package for Debian, as its sources say what is in it. */
export function makeStockPackage(folder: string): void {
  const from = (name: string): string => join(STOCK, "package", name);
  makePackage(folder, {
    control: { Package: "tailscale", Version: STOCK_VERSION, Depends: "iptables" },
    files: {
      "usr/bin/tailscale": stockProgram("tailscale"),
      "usr/sbin/tailscaled": stockProgram("tailscaled"),
      "lib/systemd/system/tailscaled.service": from("tailscaled.service"),
      "etc/default/tailscaled": from("tailscaled.defaults"),
    },
    scripts: Object.fromEntries(["postinst", "prerm", "postrm"].map((name) => [name, from(`debian.${name}.sh`)])),
    configuration: ["/etc/default/tailscaled"],
  });
}

/** A package for Debian. */
export interface Package {
  readonly control: Readonly<Record<string, string>>;
  /** Files by their paths in it. */
  readonly files?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  /** Files that an upgrade leaves as they are. */
  readonly configuration?: readonly string[];
}

/** Writes a package into a folder. */
export function makePackage(folder: string, { control, files, scripts, configuration }: Package): void {
  const tree = mkdtempSync(join(tmpdir(), "deb-"));
  const put = (path: string, from: string): void => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    cpSync(from, join(tree, path));
  };
  const fields = {
    ...control,
    Architecture: "amd64",
    Maintainer: "Packages <packages@example.com>",
    Description: "for a test",
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`);
  mkdirSync(join(tree, "DEBIAN"), { mode: 0o755 });
  writeFileSync(join(tree, "DEBIAN/control"), lines.join(""));
  if (configuration !== undefined) writeFileSync(join(tree, "DEBIAN/conffiles"), `${configuration.join("\n")}\n`);
  for (const [path, from] of Object.entries(files ?? {})) put(path, from);
  for (const [name, from] of Object.entries(scripts ?? {})) {
    put(`DEBIAN/${name}`, from);
    execFileSync("chmod", ["755", join(tree, "DEBIAN", name)]);
  }
  execFileSync("chmod", ["--recursive", "u=rwX,go=rX", tree]);
  execFileSync("dpkg-deb", ["--build", "--root-owner-group", "-Zgzip", "-z1", tree, folder], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  rmSync(tree, { recursive: true });
}
