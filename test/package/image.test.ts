// SPDX-License-Identifier: Apache-2.0
// image/Dockerfile, built for real on base images made here, and runs in the result.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { busyboxRunner, debianRunner } from "../world/oci/bases.js";
import { cloned, discard, dockerFor, make } from "../world/oci/build.js";
import { Buildah, buildProblem } from "../world/oci/buildah.js";
import { executableKind, pathsIn } from "../world/oci/files.js";
import { ROOT } from "../world/world.js";

const problem = buildProblem();
if (problem !== null) console.warn(`skipped: the runner image: ${problem}`);

const ADDED = [
  "usr/local/bin/spacetail",
  "usr/local/bin/tailscale",
  "usr/local/bin/tailscaled",
  "usr/local/share/doc/spacetail/licenses.txt",
  "usr/local/share/doc/spacetail/sbom.spdx.json",
];

interface Bill {
  readonly spdxVersion: string;
  readonly packages: {
    readonly SPDXID: string;
    readonly name: string;
    readonly versionInfo: string;
    readonly checksums?: { readonly checksumValue: string }[];
    readonly externalRefs?: { readonly referenceLocator: string }[];
  }[];
  readonly relationships: { readonly spdxElementId: string; readonly relatedSpdxElement: string }[];
}

describe("the Dockerfile", () => {
  const text = readFileSync(join(ROOT, "image/Dockerfile"), "utf8");

  test("takes every image from an argument, and the base from Spacelift by default", () => {
    const from = [...text.matchAll(/^FROM (?:--platform=\S+ )?(\S+)/gm)].map(([, image]) => image);
    const stages = [...text.matchAll(/ AS (\S+)$/gm)].map(([, name]) => name);
    const others = from.filter((image) => image !== "scratch" && !stages.includes(image));
    expect(others).not.toEqual([]);
    for (const image of others) expect(image).toMatch(/^\$\{[A-Z]+_IMAGE\}$/);
    expect(text).toContain("\nARG BASE_IMAGE=public.ecr.aws/spacelift/runner-terraform:latest\n");
  });

  test("leaves entry point, command and user to the base", () => {
    expect(text).not.toMatch(/^(ENTRYPOINT|CMD|USER)/m);
  });

  test("builds the small tailscaled by default, and the full one for targets of its own only", () => {
    const stages = text.split(/^FROM /m).slice(1);
    const named = (name: string) => stages.find((stage) => stage.includes(` AS ${name}\n`));
    /** All that a stage consists of, and that it copies from. */
    const needs = (name: string): readonly string[] => {
      const [, base = ""] = /^(?:--platform=\S+ )?(\S+)/.exec(named(name) ?? "") ?? [];
      const copied = [...(named(name) ?? "").matchAll(/COPY --from=(\S+)/g)].map(([, from = ""]) => from);
      return [name, ...[base, ...copied].filter((one) => named(one) !== undefined).flatMap(needs)];
    };
    expect(stages.at(-1)).toMatch(/ AS runner\n/);
    for (const small of ["runner", "files"]) {
      expect(needs(small)).toContain("tailscale");
      expect(needs(small)).not.toContain("tailscale-full");
    }
    for (const full of ["full", "files-full"]) {
      expect(needs(full)).toContain("tailscale-full");
      expect(needs(full)).not.toContain("tailscale");
    }
  });

  test("compiles with the versions that everything else here is compiled with", () => {
    const json = (path: string) => JSON.parse(readFileSync(join(ROOT, path), "utf8"));
    const all = json("package.json").devDependencies;
    for (const [name, version] of Object.entries(json("image/native/package.json").devDependencies))
      expect([name, version]).toEqual([name, all[name]]);
    const lock = (path: string) => json(path).packages;
    const wide = lock("package-lock.json");
    for (const [path, { version, integrity }] of Object.entries<Record<string, string>>(
      lock("image/native/package-lock.json"),
    ))
      if (path !== "") expect([path, version, integrity]).toEqual([path, wide[path].version, wide[path].integrity]);
    const [, go] = /^go (\d+\.\d+)/m.exec(readFileSync(join(ROOT, "image/tailscale/go.mod"), "utf8")) ?? [];
    expect(text).toContain(`\nARG GO_IMAGE=golang:${go}-`);
  });
});

(problem === null ? describe : describe.skip)("the runner image", () => {
  let buildah: Buildah;
  let docker: string;
  let clone: string;
  const images: Record<string, string> = {};

  beforeAll(() => {
    buildah = new Buildah();
    docker = dockerFor(buildah);
    clone = cloned();
    // buildah 1.28 takes labels from its cache whatever the build arguments are.
    buildah.forget("org.opencontainers.image.title=spacetail");
    const bases = { busybox: busyboxRunner(buildah), debian: debianRunner(buildah) };
    for (const [name, base] of Object.entries(bases)) {
      const tag = `localhost/spacetail-runner:${name}`;
      make(clone, "docker-build", { DOCKER: docker, IMAGE: tag, BASE_IMAGE: base });
      images[name] = tag;
    }
  });
  afterAll(() => discard(clone));

  test("the context of the build is what the build reads", () => {
    const tag = "localhost/spacetail-context";
    const file = join(mkdtempSync(join(tmpdir(), "context-")), "Dockerfile");
    writeFileSync(file, "FROM scratch\nCOPY . /\n");
    execFileSync(docker, ["build", "--file", file, "--tag", tag, ROOT], { stdio: ["ignore", "ignore", "pipe"] });
    return buildah.mounted(tag, (root) => {
      const tops = new Set(pathsIn(root).map((path) => path.split("/")[0]));
      expect([...tops].sort()).toEqual(["LICENSE", "NOTICE", "build", "contract", "image", "tsconfig.json"]);
      expect(existsSync(join(root, "image/dist"))).toBe(false);
    });
  });

  describe.each(["busybox", "debian"])("on %s", (name) => {
    const image = () => images[name] ?? "";
    const base = () => (name === "busybox" ? busyboxRunner(buildah) : debianRunner(buildah));

    test("keeps all that the base is, and says what it is itself", () => {
      const { Labels: ours, ...config } = buildah.config(image()).config;
      const { Labels: _, ...expected } = buildah.config(base()).config;
      expect(config).toEqual(expected);
      expect(config.User).toBe("spacelift");
      const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
      const git = (...words: string[]) => execFileSync("git", words, { cwd: ROOT, encoding: "utf8" }).trim();
      expect(ours).toMatchObject({
        "org.opencontainers.image.title": "spacetail",
        "org.opencontainers.image.licenses": "Apache-2.0",
        "org.opencontainers.image.base.name": base(),
        "org.opencontainers.image.version": version,
        "org.opencontainers.image.revision": git("rev-parse", "HEAD"),
        "org.opencontainers.image.created": git("log", "-1", "--format=%cI"),
      });
    });

    test("adds static files and changes none", async () => {
      const before = await buildah.mounted(base(), pathsIn);
      await buildah.mounted(image(), (root) => {
        expect(pathsIn(root).filter((path) => !before.includes(path))).toEqual(ADDED);
        for (const program of ["spacetail", "tailscaled"])
          expect(executableKind(join(root, "usr/local/bin", program))).toEqual({ arch: "x64", isStatic: true });
      });
    });

    test("the base's user can run them", async () => {
      await buildah.mounted(image(), (_, container) => {
        const inside = (...words: string[]) => buildah.run("run", "--isolation", "chroot", container, "--", ...words);
        expect(inside("id", "-u")).toBe("1983");
        expect(inside("spacetail", "version")).toMatch(/^spacetail \d/);
        expect(inside("tailscaled", "--version")).toMatch(/^1\.\d+\.\d/);
        expect(inside("tailscale", "version")).toMatch(/^1\.\d+\.\d/);
      });
    });

    test.each([
      ["in the image", "image", []],
      ["in its base, whose runs fetch the executables", "base", ["--fetch"]],
      ["in its base, whose runs fetch the executables by a plugin", "base", ["--fetch", "--from", "plugin"]],
    ])("a whole run keeps all promises: %s", async (_, where, flags) => {
      await buildah.mounted(where === "image" ? image() : base(), (root) => {
        expect(existsSync(join(root, "usr/local/bin/spacetail"))).toBe(where === "image");
        const words = [join(ROOT, "build/run.mjs"), "rehearse", "--root", root, ...flags, "--json"];
        const run = spawnSync(process.execPath, words, { cwd: ROOT, encoding: "utf8" });
        expect(run.stderr).not.toContain("broken:");
        expect({ status: run.status, ...JSON.parse(run.stdout.trim().split("\n").at(-1) ?? "") }).toMatchObject({
          status: 0,
          reached: true,
          nodesLeft: 0,
          processesLeft: 0,
          envLinesLeft: 0,
          secretsSeen: 0,
        });
      });
    });
  });

  test("the bill of materials names every module and every file", async () => {
    await buildah.mounted(images.busybox ?? "", (root) => {
      const file = (path: string) => readFileSync(join(root, path));
      const bill: Bill = JSON.parse(file("usr/local/share/doc/spacetail/sbom.spdx.json").toString());
      expect(bill.spdxVersion).toBe("SPDX-2.3");
      const ids = bill.packages.map(({ SPDXID }) => SPDXID);
      expect(new Set(ids).size).toBe(ids.length);
      for (const { spdxElementId, relatedSpdxElement } of bill.relationships)
        expect([...ids, "SPDXRef-DOCUMENT"]).toEqual(expect.arrayContaining([spdxElementId, relatedSpdxElement]));
      for (const program of ["spacetail", "tailscaled"]) {
        const sum = createHash("sha256")
          .update(file(`usr/local/bin/${program}`))
          .digest("hex");
        expect(bill.packages.find(({ name }) => name === program)?.checksums?.[0]?.checksumValue).toBe(sum);
      }
      const found = bill.packages.flatMap(({ externalRefs = [] }) => externalRefs.map((one) => one.referenceLocator));
      const linked = execFileSync("go", ["version", "-m", join(root, "usr/local/bin/tailscaled")], {
        encoding: "utf8",
      });
      const modules = [...linked.matchAll(/^\tdep\t(\S+)\t(\S+)\th1:/gm)];
      expect(modules.length).toBeGreaterThan(20);
      expect(found).toEqual(
        expect.arrayContaining(modules.map(([, path, version]) => `pkg:golang/${path}@${version}`)),
      );
      const native = ["pkg:npm/%40scriptc/runtime@", "pkg:github/Mbed-TLS/mbedtls@", "pkg:pypi/ziglang@"];
      for (const part of native) expect(found.filter((one) => one.startsWith(part))).not.toEqual([]);
    });
  });

  test("the licenses of everything linked in are in it", async () => {
    await buildah.mounted(images.busybox ?? "", (root) => {
      const text = readFileSync(join(root, "usr/local/share/doc/spacetail/licenses.txt"), "utf8");
      for (const words of [
        "Copyright (c) 2020 Tailscale Inc",
        "Copyright (C) 2017-2023 WireGuard LLC",
        "Apache License",
        "libucontext",
        "musl as a whole is licensed under the following standard MIT license",
        "Boost Software License",
      ])
        expect(text).toContain(words);
    });
  });

  test("its files can be copied into any image", async () => {
    const files = "localhost/spacetail-files";
    make(clone, "docker-build", { DOCKER: docker, IMAGE: files, TARGET: "files" });
    const folder = mkdtempSync(join(tmpdir(), "own-image-"));
    mkdirSync(join(folder, "empty"));
    writeFileSync(join(folder, "Dockerfile"), `FROM scratch\nCOPY --from=${files} / /\n`);
    const own = "localhost/spacetail-own";
    const words = ["build", "--file", join(folder, "Dockerfile"), "--tag", own, join(folder, "empty")];
    execFileSync(docker, words, { stdio: ["ignore", "ignore", "pipe"] });
    await buildah.mounted(own, (root) => {
      expect(pathsIn(root)).toEqual(ADDED);
      expect(execFileSync(join(root, "usr/local/bin/spacetail"), ["version"], { encoding: "utf8" })).toMatch(
        /^spacetail/,
      );
    });
  });
});
