// SPDX-License-Identifier: Apache-2.0
// What workflows run for a release: build/release and the publishing targets of the Makefile, with stand-ins for the
// programs that publish.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newRepository, type Result, ROOT, release } from "./releases.js";

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "spacetail-release-"));
});
afterEach(() => rmSync(scratch, { recursive: true }));

/** Repositories by their tags, for tests that change nothing which others read. */
const repositories = new Map<string, string>();
afterAll(() => {
  for (const root of repositories.values()) rmSync(root, { recursive: true });
});

function repository(...tags: readonly string[]): string {
  const root = repositories.get(tags.join()) ?? newRepository(tags);
  repositories.set(tags.join(), root);
  return root;
}

/** A program of this name that writes its arguments to the file `calls`, then runs `script`. */
function standIn(name: string, script = ""): string {
  const bin = join(scratch, "bin");
  mkdirSync(bin, { recursive: true });
  const path = join(bin, name);
  writeFileSync(path, `#!/bin/sh\necho "${name} $*" >>${join(scratch, "calls")}\n${script}\n`, { mode: 0o755 });
  return bin;
}

function calls(): readonly string[] {
  return readFileSync(join(scratch, "calls"), "utf8").trimEnd().split("\n");
}

describe("place", () => {
  test("is the repository that the workflow runs in, unless constants say otherwise", () => {
    expect(release(repository(), ["place"]).stdout).toBe(
      "repository=https://github.com/Acme/spacetail\nimage=ghcr.io/acme/spacetail\nregistry=ghcr.io\n",
    );
    const root = newRepository([]);
    const file = join(root, "build/release/project.mjs");
    const text = readFileSync(file, "utf8")
      .replace('REPOSITORY = ""', 'REPOSITORY = "https://git.example/spacetail"')
      .replace('IMAGE = ""', 'IMAGE = "registry.example/spacetail"');
    writeFileSync(file, text);
    expect(release(root, ["place"], { GITHUB_REPOSITORY: "" }).stdout).toBe(
      "repository=https://git.example/spacetail\nimage=registry.example/spacetail\nregistry=registry.example\n",
    );
    rmSync(root, { recursive: true });
  });

  test("is an error where nothing says it", () => {
    const { status, stderr } = release(repository(), ["place"], { GITHUB_REPOSITORY: "" });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: "release: set REPOSITORY and IMAGE in build/release/project.mjs, or GITHUB_REPOSITORY to OWNER/NAME\n",
    });
  });
});

describe("tags", () => {
  const RELEASED = ["v0.9.0", "v1.2.3", "v1.2.10", "v1.3.0", "v2.0.0", "v2.1.0-rc.1"];

  test.each([
    ["refs/pull/17/merge", ["pr-17"]],
    ["refs/heads/main", ["main"]],
    ["refs/heads/try", []],
    ["refs/tags/v2.0.0", ["v2.0.0", "v2.0", "v2", "latest"]],
    ["refs/tags/v2.1.0-rc.1", ["v2.1.0-rc.1"]],
    ["refs/tags/v1.3.0", ["v1.3.0", "v1.3", "v1"]],
    ["refs/tags/v1.2.10", ["v1.2.10", "v1.2"]],
    ["refs/tags/v1.2.3", ["v1.2.3"]],
  ])("of %s", (GITHUB_REF, expected) => {
    const { stdout } = release(repository(...RELEASED), ["tags"], { GITHUB_REF });
    const tags = stdout.trimEnd().split("\n");
    expect(tags.pop()).toMatch(/^ghcr\.io\/acme\/spacetail:sha-[0-9a-f]{12}$/);
    expect(tags).toEqual(expected.map((tag) => `ghcr.io/acme/spacetail:${tag}`));
  });

  test("of a release that is built again from main", () => {
    const env = { GITHUB_REF: "refs/heads/main", IMAGE_REF: "refs/tags/v2.0.0" };
    expect(release(repository(...RELEASED), ["tags"], env).stdout).toContain(":latest\n");
  });

  test("the last release is the newest one that is no prerelease", () => {
    expect(release(repository(...RELEASED), ["last"]).stdout).toBe("release=v2.0.0\n");
    expect(release(repository(), ["last"]).stdout).toBe("release=\n");
  });
});

describe("check and notes", () => {
  test("a version that package.json and the change log have", () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    expect(version).toBe("0.1.0");
    const root = repository();
    expect(release(root, ["check", "v0.1.0"])).toMatchObject({ status: 0, stderr: "" });
    expect(release(root, ["notes", "v0.1.0"]).stdout).toBe("- First.\n");
  });

  test("all that is missing is said", () => {
    expect(release(repository(), ["check", "v0.2.0"])).toMatchObject({
      status: 1,
      stderr: "release: package.json has version 0.1.0, not 0.2.0\nrelease: CHANGELOG.md has no section [0.2.0]\n",
    });
    expect(release(repository(), ["check", "latest"]).stderr).toBe('release: "latest" is not a version\n');
  });
});

describe("push", () => {
  test("one build for both architectures, under all tags, with provenance and SBOM", () => {
    const root = repository("v0.1.0");
    const docker = `
      [ "$3" = inspect ] && echo sha256:base && exit
      while [ $# -gt 0 ]; do
        [ "$1" = --metadata-file ] && echo '{"containerimage.digest":"sha256:pushed"}' >"$2"
        shift
      done
      echo noise`;
    const bin = standIn("docker", docker);
    const env = { PATH: `${bin}:${process.env.PATH}`, GITHUB_REF: "refs/tags/v0.1.0" };
    const { stdout, stderr, status } = release(root, ["push"], env);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "digest=sha256:pushed\n" });
    expect(stderr).toContain("noise");
    const build = calls().find((call) => call.startsWith("docker buildx build")) ?? "";
    const flags = [
      ...["v0.1.0", "v0.1", "v0", "latest"].map((tag) => `--tag ghcr.io/acme/spacetail:${tag}`),
      "--platform linux/amd64,linux/arm64",
      "--provenance=mode=max",
      "--sbom=true",
      "--build-arg BASE_DIGEST=sha256:base",
      "--build-arg SOURCE=https://github.com/Acme/spacetail",
      "--push",
    ];
    for (const flag of flags) expect(build).toContain(` ${flag} `);
  });
});

describe("moved", () => {
  const TAILSCALE = /tailscale\.com (v\S+)/.exec(readFileSync(join(ROOT, "image/tailscale/go.mod"), "utf8"))?.[1] ?? "";

  test.each([
    ["nothing", "sha256:one", [TAILSCALE], { base: "false", tailscale: "" }],
    ["the base", "sha256:two", [TAILSCALE], { base: "true", tailscale: "" }],
    [
      "Tailscale",
      "sha256:one",
      ["v1.9.0", TAILSCALE, "v9.2.0", "v9.3.0", "v9.4.0-pre"],
      { base: "false", tailscale: "v9.2.0" },
    ],
  ])("%s", (_, base, versions, expected) => {
    const docker = `case "$4" in *:latest) [ "\${4#ghcr}" = "$4" ] && echo ${base} || echo sha256:one;; esac`;
    standIn("docker", docker);
    const bin = standIn("go", `echo tailscale.com ${versions.join(" ")}`);
    const { stdout } = release(repository(), ["moved"], { PATH: `${bin}:${process.env.PATH}` });
    expect(
      Object.fromEntries(
        stdout
          .trimEnd()
          .split("\n")
          .map((line) => line.split("=")),
      ),
    ).toEqual(expected);
  });
});

describe("tailscale", () => {
  test("changes the version in both modules and in the README", () => {
    const root = newRepository([]);
    for (const path of ["README.md", "test/world/tailnet/go.mod"]) cpSync(join(ROOT, path), join(root, path));
    const bin = standIn("go", 'echo "$PWD" >>"$0.folders"');
    const readme = () => readFileSync(join(root, "README.md"), "utf8");
    const [, before = ""] = /Tailscale (\d+\.\d+\.\d+)/.exec(readme()) ?? [];
    const { status, stdout } = release(root, ["tailscale", "v9.2.0"], { PATH: `${bin}:${process.env.PATH}` });
    expect({ status, stdout }).toEqual({ status: 0, stdout: `before=v${before}\n` });
    expect(readme()).toContain("Tailscale 9.2.0");
    expect(readme()).not.toContain(before);
    expect(calls()).toEqual([
      "go get tailscale.com@v9.2.0",
      "go mod tidy",
      "go get tailscale.com@v9.2.0",
      "go mod tidy",
    ]);
    const folders = readFileSync(join(bin, "go.folders"), "utf8").trimEnd().split("\n");
    expect([...new Set(folders)]).toEqual([join(root, "image/tailscale"), join(root, "test/world/tailnet")]);
    expect(release(root, ["tailscale", "latest"]).stderr).toBe('release: "latest" is not a version such as v1.104.0\n');
    rmSync(root, { recursive: true });
  });
});

describe("summary", () => {
  test("sizes with their change, stages, times and vulnerabilities", () => {
    const facts = {
      report: {
        amd64: { bytes: 21_000_000, gzipBytes: 8_000_000, startMs: 0.4 },
        arm64: { bytes: 2e7, gzipBytes: 7e6 },
      },
      before: { amd64: { bytes: 20_500_000, gzipBytes: 8_100_000 } },
      layers: { runner: 300e6, base: 280e6, spacetail: 700e6, tailscale: 1500e6 },
      times: { image: 12.5 },
      audit: { found: [{ id: "GO-1", where: "tailscale.com", title: "bad" }], excepted: [] },
    };
    writeFileSync(join(scratch, "facts.json"), JSON.stringify(facts));
    const { stdout } = release(repository(), ["summary", join(scratch, "facts.json")]);
    expect(stdout).toBe(`## Build report

| platform | added | compressed | start |
| --- | ---: | ---: | ---: |
| amd64 | 21.00 MB (+0.50) | 8.00 MB (-0.10) | 0.4 ms |
| arm64 | 20.00 MB | 7.00 MB |  |

In parentheses: the change since the last release.

The image has 300.00 MB, of which the base is 280.00 MB. Built in a single
stage, it would have 2480.00 MB.

| step | seconds |
| --- | ---: |
| image | 12.5 |

Known vulnerabilities: 1 (0 excepted).

- GO-1 in tailscale.com: bad
`);
  });
});

describe("the Makefile", () => {
  function make(...words: readonly string[]): Result {
    const bin = ["cosign", "gh", "npm", "docker"].map((name) => standIn(name)).at(-1);
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
    return spawnSync("make", ["--silent", ...words], { cwd: repository("v0.1.0"), env, encoding: "utf8" });
  }

  test("signs what was pushed, by its digest", () => {
    expect(make("docker-sign", "IMAGE=registry.example/spacetail", "DIGEST=sha256:abc").status).toBe(0);
    expect(calls()).toEqual(["cosign sign --yes registry.example/spacetail@sha256:abc"]);
  });

  test("signs every file of a release", () => {
    const folder = join(scratch, "release");
    mkdirSync(folder);
    for (const name of ["a.gz", "b.gz", "SHA256SUMS"]) writeFileSync(join(folder, name), name);
    expect(make("sign-files", `RELEASE=${folder}`).status).toBe(0);
    const sign = (name: string) => `cosign sign-blob --yes --bundle ${folder}/${name}.sigstore.json ${folder}/${name}`;
    expect(calls()).toEqual(["a.gz", "b.gz", "SHA256SUMS"].map(sign));
  });

  test.each([
    ["0.1.0", "npm publish --provenance --access public"],
    ["0.2.0-rc.1", "npm publish --provenance --access public --tag next"],
  ])("publishes %s to npm", (version, call) => {
    expect(make("npm-publish", `VERSION=${version}`).status).toBe(0);
    expect(calls()).toEqual([call]);
  });

  test("makes a release of all its files, with the notes of the change log", () => {
    const folder = join(scratch, "release");
    mkdirSync(folder);
    for (const name of ["a.gz", "SHA256SUMS"]) writeFileSync(join(folder, name), name);
    expect(make("github-release", "TAG=v0.1.0", `RELEASE=${folder}`).status).toBe(0);
    expect(calls()[0]).toBe("npm run --silent release -- notes v0.1.0");
    const [, call = ""] = calls();
    expect(call).toMatch(/^gh release create v0\.1\.0 --verify-tag --notes-file \S+notes\.md /);
    expect(call.split(" ").slice(7).sort()).toEqual([`${folder}/SHA256SUMS`, `${folder}/a.gz`]);
  });

  test("a first release has no report to compare with", () => {
    standIn("gh", "exit 1");
    expect(make("last-report", `RELEASE=${scratch}`).status).toBe(0);
  });

  test.each([
    ["docker-files", "files", "image/dist/files"],
    ["docker-files-full", "files-full", "image/dist/files-full"],
  ])("%s writes what is added to a base", (target, stage, folder) => {
    expect(make(target).status).toBe(0);
    const [call = ""] = calls();
    expect(call).toContain(` --target ${stage} `);
    expect(call).toContain(` --output type=local,dest=${folder} `);
  });

  test("builds for both architectures, with the version and the commit as labels", () => {
    expect(make("docker-buildx", "IMAGE=x").status).toBe(0);
    const [call = ""] = calls();
    expect(call).toContain("--platform linux/amd64,linux/arm64");
    expect(call).toContain("--build-arg VERSION=0.1.0 ");
    expect(call).toMatch(/--build-arg REVISION=[0-9a-f]{40} /);
    expect(call).toMatch(/--build-arg SOURCE_DATE_EPOCH=\d+ /);
  });
});
