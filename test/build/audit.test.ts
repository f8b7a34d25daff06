// SPDX-License-Identifier: Apache-2.0
// npm run audit, on reports as npm and govulncheck print them.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");

const NPM = {
  auditReportVersion: 2,
  vulnerabilities: {
    leaf: {
      name: "leaf",
      via: [{ source: 1, name: "leaf", title: "Reads too far", url: "https://github.com/advisories/GHSA-aaaa" }],
    },
    // What depends on it names it only.
    tree: { name: "tree", via: ["leaf"] },
  },
};

const GO = [
  { config: { protocol_version: "v1.0.0" } },
  { osv: { id: "GO-2026-0001", summary: "Panic in a parser" } },
  { osv: { id: "GO-2026-0002", summary: "Not linked in" } },
  {
    finding: {
      osv: "GO-2026-0001",
      trace: [{ module: "golang.org/x/net", package: "golang.org/x/net/html", function: "Parse" }],
    },
  },
  { finding: { osv: "GO-2026-0002", trace: [{ module: "golang.org/x/crypto" }] } },
];

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "spacetail-audit-"));
});
afterEach(() => rmSync(scratch, { recursive: true }));

function audit(exceptions: readonly object[], npm: object = NPM, go: readonly object[] = GO) {
  const file = (name: string, text: string) => {
    writeFileSync(join(scratch, name), text);
    return join(scratch, name);
  };
  const words = [
    ...["--npm", file("npm.json", JSON.stringify(npm))],
    ...["--go", file("go.json", go.map((one) => JSON.stringify(one, null, 2)).join("\n"))],
    ...["--exceptions", file("exceptions.json", JSON.stringify(exceptions))],
  ];
  const script = join(ROOT, "build/audit/main.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...words], { encoding: "utf8" });
  return { status, lines: stdout.trimEnd().split("\n"), stderr };
}

const LATER = "2999-12-31";

test("what has to be built first is said", () => {
  cpSync(join(ROOT, "build/audit"), join(scratch, "build/audit"), { recursive: true });
  writeFileSync(join(scratch, "npm.json"), JSON.stringify(NPM));
  const run = () =>
    spawnSync(process.execPath, [join(scratch, "build/audit/main.mjs"), "--npm", join(scratch, "npm.json")], {
      encoding: "utf8",
    });
  const missing = (kind: string, words: string) =>
    `audit: image/dist/tailscaled${kind}-linux-x64 is missing: run \`npm run build:tailscaled${words}\` first\n`;
  expect(run()).toMatchObject({ status: 1, stdout: "", stderr: missing("", "") });
  mkdirSync(join(scratch, "image/dist"), { recursive: true });
  writeFileSync(join(scratch, "image/dist/tailscaled-linux-x64"), "");
  expect(run()).toMatchObject({ status: 1, stdout: "", stderr: missing("-full", " -- full") });
});

test("what is linked in or installed is said, each once", () => {
  expect(audit([])).toEqual({
    status: 1,
    lines: ["GHSA-aaaa in leaf: Reads too far", "GO-2026-0001 in golang.org/x/net: Panic in a parser"],
    stderr: "",
  });
});

test("nothing found is a success", () => {
  expect(audit([], { vulnerabilities: {} }, [])).toEqual({ status: 0, lines: ["no known vulnerability"], stderr: "" });
});

test("exceptions have a reason and an end", () => {
  const both = [
    { id: "GHSA-aaaa", reason: "The build does not call it.", until: LATER },
    { id: "GO-2026-0001", reason: "No HTML is parsed.", until: LATER },
  ];
  expect(audit(both)).toEqual({
    status: 0,
    lines: [
      `excepted until ${LATER}: GHSA-aaaa in leaf: The build does not call it.`,
      `excepted until ${LATER}: GO-2026-0001 in golang.org/x/net: No HTML is parsed.`,
      "no known vulnerability",
    ],
    stderr: "",
  });
});

test.each([
  [{ id: "GHSA-aaaa", reason: "old", until: "2020-01-01" }, "GHSA-aaaa expired on 2020-01-01"],
  [{ id: "GHSA-aaaa", reason: "soon" }, 'GHSA-aaaa must have a date in "until", such as 2027-01-31'],
  [{ id: "GHSA-aaaa", until: LATER }, 'an exception must have an id and a reason: {"id":"GHSA-aaaa","reason":""}'],
  [{ id: "GHSA-gone", reason: "x", until: LATER }, "GHSA-gone is not found anymore: remove it"],
])("an exception that is wrong excepts nothing: %j", (exception, problem) => {
  const { status, lines, stderr } = audit([exception]);
  expect({ status, stderr }).toEqual({ status: 1, stderr: `exceptions.json: ${problem}\n` });
  expect(lines[0]).toBe("GHSA-aaaa in leaf: Reads too far");
});

test("a registry that cannot say is an error, not a success", () => {
  const { status, stderr } = audit([], { message: "request failed" });
  expect(status).not.toBe(0);
  expect(stderr).toContain("npm audit: request failed");
});
