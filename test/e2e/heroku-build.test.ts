// SPDX-License-Identifier: Apache-2.0
// What the Heroku buildpack puts into a slug, from servers of this machine.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuiltBuildpack, makeBuildpack, type PackageServer, servePackages } from "./heroku/packages.js";
import { commit, git, proxychainsProblem, proxychainsRepository } from "./heroku/proxychains.js";
import { run, Slug } from "./heroku/slug.js";

describe("the Heroku buildpack", () => {
  let buildpack: BuiltBuildpack;
  let slug: Slug;
  let repository: string;
  let variables: Record<string, string>;
  beforeAll(async () => {
    buildpack = await makeBuildpack();
    repository = proxychainsRepository();
    variables = { TAILSCALE_BUILD_PROXYCHAINS_REPO: repository };
  });
  beforeEach(() => {
    slug = Slug.make();
    buildpack.server.requests.splice(0);
  });
  afterEach(() => slug.remove());
  afterAll(async () => {
    await buildpack?.close();
  });

  const read = (path: string): string => readFileSync(join(slug.dir, path), "utf8");
  const sum = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

  test("is for every app, and adds nothing to a release", async () => {
    const env = { PATH: process.env.PATH };
    expect(await run([join(buildpack.folder, "bin/detect"), slug.dir], env)).toEqual({
      code: 0,
      text: "tailscale\n",
    });
    expect(await run([join(buildpack.folder, "bin/release"), slug.dir], env)).toEqual({
      code: 0,
      text: "--- {}\n",
    });
  });

  test("puts its parts where the recipe has them, and downloads nothing the next time", async () => {
    const first = await slug.build(buildpack.folder, variables);
    expect(first).toMatchObject({ code: 0, text: expect.stringContaining("-----> Install Tailscale (amd64)\n") });
    const programs = ["spacetail", "tailscaled", "heroku-tailscale-start.sh", "heroku-tailscale-test.sh"];
    for (const name of [...programs, "heroku-tailscale-serve.sh", "tailscale", "bin/tailscale"]) {
      expect(statSync(join(slug.dir, "vendor/tailscale", name)).mode & 0o777).toBe(0o755);
    }
    for (const [line, sha256] of readFileSync(join(buildpack.folder, "executables.txt"), "utf8").matchAll(
      /^amd64 \S+ (\S+) .*$/gm,
    )) {
      expect(sum(join(slug.dir, "vendor/tailscale", line.split(" ")[1] ?? ""))).toBe(sha256);
    }
    expect(statSync(join(slug.dir, "vendor/proxychains-ng/bin/proxychains4")).mode & 0o111).toBe(0o111);
    expect(read("vendor/proxychains-ng/conf/proxychains.conf")).toMatch(/^socks5 127\.0\.0\.1 1055$/m);
    expect(read(".profile.d/heroku-tailscale-buildpack.sh")).toContain("TAILSCALE_AUTH_KEY=TS_AUTHKEY");
    expect(buildpack.server.requests).toHaveLength(2);

    const profile = read(".profile.d/heroku-tailscale-buildpack.sh");
    rmSync(join(slug.dir, "vendor"), { recursive: true });
    const second = await slug.build(buildpack.folder, variables);
    expect(second.code).toBe(0);
    expect(second.text).not.toContain("Compile");
    expect(buildpack.server.requests).toHaveLength(2);
    expect(existsSync(join(slug.dir, "vendor/proxychains-ng/bin/proxychains4"))).toBe(true);
    expect(read(".profile.d/heroku-tailscale-buildpack.sh")).toBe(profile);
  });

  test.each(["spacetail", "tailscaled"])("refuses a %s that is not what the release has", async (name) => {
    const list = join(buildpack.folder, "executables.txt");
    const before = readFileSync(list, "utf8");
    writeFileSync(list, before.replace(new RegExp(`(amd64 ${name}) [0-9a-f]{8}`), "$1 00000000"));
    try {
      const { code, text } = await slug.build(buildpack.folder, variables);
      expect(code).toBe(1);
      expect(text).toMatch(
        new RegExp(`spacetail: Cannot fetch ${name} from http://127\\.0\\.0\\.1:\\d+/\\S+: the SHA-256 of`),
      );
      expect(text).toMatch(/\n ! {5}The executables cannot be installed\.\n$/);
      expect(existsSync(join(slug.dir, "vendor/tailscale", name))).toBe(false);
    } finally {
      writeFileSync(list, before);
    }
  });

  test("says what to do where it has no executables", async () => {
    const none = await slug.build(buildpack.folder, { ...variables, TAILSCALE_BUILD_TS_TARGETARCH: "riscv64" });
    expect(none.text).toContain(" !     There are no executables for riscv64. Set TAILSCALE_BUILD_TS_VERSION for");
    const wrong = await slug.build(buildpack.folder, { ...variables, TAILSCALE_BUILD_TS_TARGETARCH: "../x" });
    expect(wrong.text).toContain(" !     TAILSCALE_BUILD_TS_TARGETARCH must be an architecture such as amd64.\n");
  });

  describe("with TAILSCALE_BUILD_TS_VERSION", () => {
    let server: PackageServer;
    let packages: string;
    beforeAll(async () => {
      packages = mkdtempSync(join(tmpdir(), "packages-"));
      server = await servePackages(packages);
      for (const arch of ["amd64", "386"]) makePackage(packages, "1.90.1", arch);
    });
    beforeEach(() => server.requests.splice(0));
    afterAll(async () => {
      await server.close();
      rmSync(packages, { recursive: true, force: true });
    });
    const stock = (more: object = {}): object => ({
      ...variables,
      TAILSCALE_BUILD_TS_URL: server.url,
      TAILSCALE_BUILD_TS_VERSION: "1.90.1",
      ...more,
    });

    test("takes Tailscale's package of that version, verified, and spacetail beside it", async () => {
      expect(await slug.build(buildpack.folder, stock())).toMatchObject({ code: 0 });
      expect(read("vendor/tailscale/tailscaled")).toBe("tailscaled 1.90.1 amd64\n");
      expect(read("vendor/tailscale/tailscale")).toBe("tailscale 1.90.1 amd64\n");
      expect(existsSync(join(slug.dir, "vendor/tailscale/spacetail"))).toBe(true);
      expect(server.requests).toEqual(["/tailscale_1.90.1_amd64.tgz.sha256", "/tailscale_1.90.1_amd64.tgz"]);
      expect(await slug.build(buildpack.folder, stock())).toMatchObject({ code: 0 });
      expect(server.requests).toHaveLength(2);
      expect(buildpack.server.requests).toEqual(["/spacetail-linux-x64.gz"]);
    });

    test("takes that of TAILSCALE_BUILD_TS_TARGETARCH", async () => {
      const output = await slug.build(buildpack.folder, stock({ TAILSCALE_BUILD_TS_TARGETARCH: "386" }));
      expect(output).toMatchObject({ code: 0, text: expect.stringContaining("Install Tailscale 1.90.1 (386)\n") });
      expect(read("vendor/tailscale/tailscaled")).toBe("tailscaled 1.90.1 386\n");
    });

    test("refuses a package that has another sum, and does not keep it", async () => {
      const wrong = "0".repeat(64);
      const output = await slug.build(buildpack.folder, stock({ TAILSCALE_BUILD_TS_SHA256: wrong }));
      expect(output).toMatchObject({
        code: 1,
        text: expect.stringContaining(
          ` !     The SHA-256 of ${server.url}/tailscale_1.90.1_amd64.tgz is not ${wrong}.\n`,
        ),
      });
      expect(existsSync(join(slug.dir, "vendor/tailscale/tailscaled"))).toBe(false);
      const right = sum(join(packages, "tailscale_1.90.1_amd64.tgz"));
      const again = await slug.build(buildpack.folder, stock({ TAILSCALE_BUILD_TS_SHA256: right }));
      expect(again.code).toBe(0);
      appendFileSync(join(slug.cache, "tailscale/tailscale_1.90.1_amd64.tgz"), "x");
      expect(await slug.build(buildpack.folder, stock())).toMatchObject({ code: 0 });
    });

    test("says which version is missing or malformed", async () => {
      const missing = await slug.build(buildpack.folder, stock({ TAILSCALE_BUILD_TS_VERSION: "1.2.3" }));
      expect(missing.text).toContain(` !     Cannot download ${server.url}/tailscale_1.2.3_amd64.tgz.sha256.\n`);
      const malformed = await slug.build(buildpack.folder, stock({ TAILSCALE_BUILD_TS_VERSION: "latest" }));
      expect(malformed.text).toContain(" !     TAILSCALE_BUILD_TS_VERSION must be a version such as 1.102.3.\n");
    });
  });

  describe("with TAILSCALE_BUILD_PROXYCHAINS_REPO", () => {
    test("compiles the newest version, and another one after a change of the repository", async () => {
      const own = proxychainsRepository();
      const newest = git(own, "rev-parse", "HEAD").trim();
      commit(own, "After the version");
      const first = await slug.build(buildpack.folder, { TAILSCALE_BUILD_PROXYCHAINS_REPO: own });
      expect(first.text).toContain(`-----> Compile proxychains-ng (${newest})\n`);
      git(own, "tag", "v4.17");
      const next = git(own, "rev-parse", "HEAD").trim();
      const second = await slug.build(buildpack.folder, { TAILSCALE_BUILD_PROXYCHAINS_REPO: own });
      expect(second.text).toContain(`-----> Compile proxychains-ng (${next})\n`);
      const pinned = await slug.build(buildpack.folder, { TAILSCALE_BUILD_PROXYCHAINS_REPO: `${own}#${next}` });
      expect(pinned).toMatchObject({ code: 0, text: expect.not.stringContaining("Compile") });
      const missing = await slug.build(buildpack.folder, { TAILSCALE_BUILD_PROXYCHAINS_REPO: `${own}#v9` });
      expect(missing.text).toContain(` !     ${own} has no v9.\n`);
    });

    const problem = proxychainsProblem();
    if (problem !== null) console.warn(`skipped: proxychains-ng itself: ${problem}`);
    (problem === null ? test : test.skip)("that is for the place of a slug in a dyno", async () => {
      expect(await slug.build(buildpack.folder, variables)).toMatchObject({ code: 0 });
      const program = readFileSync(join(slug.dir, "vendor/proxychains-ng/bin/proxychains4"), "latin1");
      expect(program).toContain("/app/vendor/proxychains-ng/lib");
      expect(existsSync(join(slug.dir, "vendor/proxychains-ng/lib/libproxychains4.so"))).toBe(true);
    });
  });

  test("the archive is the same each time", async () => {
    const hash = (out: string): string => sum(join(out, "heroku-buildpack.tgz"));
    const outs = [mkdtempSync(join(tmpdir(), "out-")), mkdtempSync(join(tmpdir(), "out-"))];
    for (const out of outs) {
      execFileSync("npm", ["run", "--silent", "build:buildpack", "--", "--out", out, "--url", "https://files.example"]);
    }
    expect(hash(outs[0] ?? "")).toBe(hash(outs[1] ?? ""));
    for (const out of outs) rmSync(out, { recursive: true });
  });
});

/** A package as Tailscale's server has it, with its sum beside it. */
function makePackage(folder: string, version: string, arch: string): void {
  const name = `tailscale_${version}_${arch}`;
  mkdirSync(join(folder, name));
  for (const program of ["tailscale", "tailscaled"])
    writeFileSync(join(folder, name, program), `${program} ${version} ${arch}\n`, { mode: 0o755 });
  execFileSync("tar", ["-C", folder, "-czf", join(folder, `${name}.tgz`), name]);
  writeFileSync(
    join(folder, `${name}.tgz.sha256`),
    createHash("sha256")
      .update(readFileSync(join(folder, `${name}.tgz`)))
      .digest("hex"),
  );
}
