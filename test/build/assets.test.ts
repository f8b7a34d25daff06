// SPDX-License-Identifier: Apache-2.0
// The files of a release, and of a server of one's own.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { contextProblems, EXECUTABLES, NO_ENGINE } from "../../contract/index.js";
import { newRepository, ROOT, release } from "./releases.js";

let scratch: string;
let root: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "spacetail-assets-"));
  root = newRepository([]);
});
afterEach(() => {
  for (const folder of [scratch, root]) rmSync(folder, { recursive: true });
});

function sha256(data: Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

describe("assets", () => {
  /** What `make docker-files` writes, and `make docker-files-full`. */
  function files(...kinds: readonly string[]): string {
    const folder = join(scratch, "files");
    for (const kind of kinds) {
      for (const platform of ["amd64", "arm64"]) {
        const base = join(`${folder}${kind}`, `linux_${platform}/usr/local`);
        mkdirSync(join(base, "bin"), { recursive: true });
        mkdirSync(join(base, "share/doc/spacetail"), { recursive: true });
        for (const name of ["spacetail", "tailscaled"])
          writeFileSync(join(base, "bin", name), `${name}${name === "tailscaled" ? kind : ""} of ${platform}\n`);
        for (const name of ["sbom.spdx.json", "licenses.txt"])
          writeFileSync(join(base, "share/doc/spacetail", name), `${name}${kind}`);
      }
    }
    return folder;
  }

  const EVERY_KIND = ["", "-full"];

  test("addresses and sums are those of the files", () => {
    const out = join(scratch, "out");
    expect(release(root, ["assets", files(...EVERY_KIND), out])).toMatchObject({ status: 0, stderr: "" });
    const data = JSON.parse(readFileSync(join(root, "contract/release.json"), "utf8"));
    expect(data.version).toBe("0.1.0");
    expect(Object.keys(JSON.parse(readFileSync(join(ROOT, "contract/release.json"), "utf8")))).toEqual(
      Object.keys(data),
    );
    for (const platform of ["amd64", "arm64"]) {
      for (const name of ["spacetail", "tailscaled", "tailscaled-full"]) {
        const gzip = readFileSync(join(out, `${name}-linux-${platform}.gz`));
        const plain = gunzipSync(gzip);
        expect(plain.toString()).toBe(`${name} of ${platform}\n`);
        expect(data.platforms[platform][name]).toEqual({
          url: `https://github.com/Acme/spacetail/releases/download/v0.1.0/${name}-linux-${platform}.gz`,
          bytes: plain.length,
          sha256: sha256(plain),
          gzip: { bytes: gzip.length, sha256: sha256(gzip) },
        });
      }
    }
    const check = spawnSync("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: out, encoding: "utf8" });
    expect(check.status).toBe(0);
    const checked = check.stdout.trimEnd().split("\n");
    expect(checked.map((line) => line.replace(": OK", "")).sort()).toEqual(
      readdirSync(out)
        .filter((name) => !/^(SHA256SUMS|licenses.*\.txt)$/.test(name))
        .sort(),
    );
    for (const kind of EVERY_KIND) {
      expect(readFileSync(join(out, `licenses${kind}.txt`), "utf8")).toBe(`licenses.txt${kind}`);
      expect(readFileSync(join(out, `sbom${kind}-linux-arm64.spdx.json`), "utf8")).toBe(`sbom.spdx.json${kind}`);
    }
  });

  test("the Heroku buildpack fetches spacetail and the full tailscaled of the release", () => {
    const out = join(scratch, "out");
    expect(release(root, ["assets", files(...EVERY_KIND), out]).status).toBe(0);
    const unpacked = join(scratch, "buildpack");
    mkdirSync(unpacked);
    expect(spawnSync("tar", ["-xzf", join(out, "heroku-buildpack.tgz"), "-C", unpacked]).status).toBe(0);
    expect(readdirSync(unpacked)).toEqual(expect.arrayContaining(["bin", "lib", "executables.txt"]));
    const lines = readFileSync(join(unpacked, "executables.txt"), "utf8").trimEnd().split("\n");
    expect(lines).toEqual(
      ["amd64", "arm64"].flatMap((platform) =>
        Object.entries({ spacetail: "spacetail", tailscaled: "tailscaled-full" }).map(([name, file]) => {
          const gzip = readFileSync(join(out, `${file}-linux-${platform}.gz`));
          const url = `https://github.com/Acme/spacetail/releases/download/v0.1.0/${file}-linux-${platform}.gz`;
          return `${platform} ${name} ${sha256(gunzipSync(gzip))} ${gzip.length} ${url}`;
        }),
      ),
    );
  });

  test("for a server of one's own there are the options of contexts, and no other address in the package", () => {
    const out = join(scratch, "out");
    const packed = '{ "version": "", "platforms": {} }';
    writeFileSync(join(root, "contract/release.json"), packed);
    const words = ["assets", files(""), out, "https://files.test/spacetail/"];
    expect(release(root, words, { GITHUB_REPOSITORY: "" })).toMatchObject({ status: 0, stderr: "" });
    expect(readFileSync(join(root, "contract/release.json"), "utf8")).toBe(packed);
    const options = JSON.parse(readFileSync(join(out, "fetch.json"), "utf8"));
    const sum = (name: string) => sha256(gunzipSync(readFileSync(join(out, `${name}.gz`))));
    expect(options).toEqual({
      delivery: "fetch",
      fetchUrl: "https://files.test/spacetail",
      fetchSums: Object.fromEntries(EXECUTABLES.map((name) => [name, sum(name)])),
    });
    expect(contextProblems({ name: "tailnet", auth: { authKey: "k" }, ...options }, NO_ENGINE)).toEqual([]);
  });

  test("the same files make the same assets", () => {
    const sums = () => release(root, ["assets", files(...EVERY_KIND), join(scratch, "out")]).stdout;
    const first = sums();
    expect(first).not.toBe("");
    expect(sums()).toBe(first);
  });

  test.each([
    ["nothing", [], "files/linux_amd64", "docker-files"],
    ["the small tailscaled", [""], "files-full/linux_amd64", "docker-files-full"],
    ["the full tailscaled", ["-full"], "files/linux_amd64", "docker-files"],
  ])("what is missing is said: there is %s", (_, kinds, folder, target) => {
    const { status, stderr } = release(root, ["assets", files(...kinds), join(scratch, "out")]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^release: \S+ is missing: run `make \S+` first\n$/);
    expect(stderr).toContain(`${folder} is missing: run \`make ${target}\` first`);
  });
});
