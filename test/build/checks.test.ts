// SPDX-License-Identifier: Apache-2.0
// What `npm run check` says of small repositories, each with one thing changed in one that keeps all rules.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const CHECK = join(__dirname, "../../build/check/main.mjs");

type Files = Readonly<Record<string, string>>;

/** A repository in which everything is as it should be. */
const GOOD: Files = {
  "contract/wire/labels.ts": 'export const LABEL = "a";\n',
  "contract/hooks/hooks.ts":
    'import { LABEL } from "../wire/labels.js";\nexport const HOOK = LABEL.replace(/a/, "b");\n',
  "contract/login/trust.ts": "export const TRUST = 1;\n",
  "contract/context/rules.ts": 'import { HOOK } from "../hooks/hooks.js";\nexport const RULE = HOOK;\n',
  "contract/index.ts": 'export { RULE } from "./context/rules.js";\n',
  "constructs/index.ts":
    'import { App } from "cdktf";\nexport { RULE } from "../contract/index.js";\nexport { App };\n',
  "image/spacetail/main-native.ts": 'import { up } from "./commands/up.js";\nup();\n',
  "image/spacetail/commands/up.ts":
    'import { LABEL } from "../../../contract/wire/labels.js";\nexport const up = () => LABEL;\n',
  "examples/cdktf/main.ts": 'import { Tailnet } from "spacetail";\nnew Tailnet();\n',
  "test/wire.test.ts": 'import { LABEL } from "../contract/wire/labels.js";\nLABEL;\n',
};

const LONG = "word ".repeat(25);
const UP = "image/spacetail/commands/up.ts";
const LABELS = "contract/wire/labels.ts";

/** Changes to the good repository, and the lines that they cause. */
const CASES: Readonly<Record<string, readonly [Files, readonly string[]]>> = {
  "no change at all": [{}, []],

  "an import of a room that another must not know": [
    { "contract/index.ts": 'import "../constructs/index.js";\n' },
    [
      "contract/index.ts:1 imports constructs/index.ts: contract may import no folder but contract",
      "circle in the repository: constructs -> contract -> constructs (constructs/index.ts imports contract/index.ts; contract/index.ts imports constructs/index.ts)",
    ],
  ],
  "an import of a type of another room": [
    { "constructs/types.ts": 'export type Up = typeof import("../image/spacetail/commands/up.js").up;\n' },
    [
      "constructs/types.ts:1 imports image/spacetail/commands/up.ts: constructs may import no folder but constructs, contract",
    ],
  ],
  "an import of one part of a room, where another is allowed": [
    { [UP]: '// Why.\nimport "../../../contract/context/rules.js";\n' },
    [
      `${UP}:2 imports contract/context/rules.ts: image/spacetail may import no folder but image/spacetail, contract/wire`,
      "contract/hooks/hooks.ts:2 holds a regular expression",
    ],
  ],
  "an import of a package that a room must not need": [
    { "constructs/index.ts": 'export * from "node:fs";\n' },
    ["constructs/index.ts:1 imports node:fs: constructs may import no package but cdktf, constructs"],
  ],
  "an example that takes sources for the package": [
    { "examples/cdktf/main.ts": 'require("../../constructs/index.js");\n' },
    ["examples/cdktf/main.ts:1 imports constructs/index.ts: examples may import no folder but examples"],
  ],
  "an import of a floor above": [
    { [LABELS]: 'export { TRUST as LABEL } from "../login/trust.js";\n' },
    [`${LABELS}:1 imports contract/login/trust.ts: it is on a higher floor`],
  ],
  "an import of the other folder on a floor": [
    { "contract/hooks/hooks.ts": 'export const HOOK = import("../login/trust.js");\n' },
    ["contract/hooks/hooks.ts:1 imports contract/login/trust.ts: it is on the same floor"],
  ],
  "a folder without a floor": [
    { "contract/attic/box.ts": "export const BOX = 1;\n" },
    ["contract/attic is on no floor"],
  ],

  "a circle of files": [
    {
      "bench/a.ts": 'import { b } from "./b.js";\nexport const a = b;\n',
      "bench/b.ts": 'import type { c } from "./c.js";\nexport type B = c;\n',
      "bench/c.ts": 'export type C = typeof import("./a.js").a;\n',
    },
    [
      "circle in bench: a.ts -> b.ts -> c.ts -> a.ts (bench/a.ts imports bench/b.ts; bench/b.ts imports bench/c.ts; bench/c.ts imports bench/a.ts)",
    ],
  ],
  "a circle in the tests": [
    { "test/a.ts": 'export { b } from "./b.js";\n', "test/b.ts": 'import { b } from "./a.js";\nb;\n' },
    ["circle in test: a.ts -> b.ts -> a.ts (test/a.ts imports test/b.ts; test/b.ts imports test/a.ts)"],
  ],
  "a circle in the tests, one of whose imports is of a type": [
    { "test/a.ts": 'export { b } from "./b.js";\n', "test/b.ts": 'import { type b } from "./a.js";\n' },
    [],
  ],
  "a circle of folders without one of files": [
    {
      "bench/a/one.ts": 'import "../b/one.js";\n',
      "bench/b/one.ts": "export {};\n",
      "bench/b/deep/two.ts": 'import "../../a/two.js";\n',
      "bench/a/two.ts": "export {};\n",
    },
    [
      "circle in bench: a -> b -> a (bench/a/one.ts imports bench/b/one.ts; bench/b/deep/two.ts imports bench/a/two.ts)",
    ],
  ],

  ...Object.fromEntries(
    [
      ["/a/.test(LABEL)", "a literal"],
      [["`$", "{LABEL.replace(/a/g, '')}`"].join(""), "a literal in a template"],
      ['new RegExp("a")', "an object of the class"],
      ['LABEL.match("a")', "a method that makes one"],
    ].flatMap(([expression, what]) => [
      [
        `a regular expression where it is compiled natively: ${what}`,
        [
          { [UP]: `const LABEL = "";\nexport const up = () => ${expression};\n` },
          [`${UP}:2 holds a regular expression`],
        ],
      ],
      [
        `a regular expression in the contract's compiled floor: ${what}`,
        [
          { "contract/wire/other.ts": `const LABEL = "";\nexport const other = ${expression};\n` },
          ["contract/wire/other.ts:2 holds a regular expression"],
        ],
      ],
    ]),
  ),
  "what only looks like a regular expression": [
    { [LABELS]: 'export const LABEL = "/a/"; // not /a/ either\nexport const third = LABEL.length / 3 / 1;\n' },
    [],
  ],
  "a regular expression in what Node alone runs": [
    { "image/spacetail/main-node.ts": "export const matches = (text: string) => /a/.test(text);\n" },
    [],
  ],

  ...Object.fromEntries(
    [
      [LABELS, `export const LABEL = 1;\n// ${LONG}\n`, 2],
      [LABELS, `/**\n * Short.\n * ${LONG}\n */\nexport const LABEL = 1;\n`, 3],
      [LABELS, `export const LABEL = 1; // ${LONG}\n`, 1],
      ["build/run.mjs", `#!/usr/bin/env node\n// ${LONG}\n`, 2],
      ["image/native/native.c", `int a; /* short\n ${LONG} */\n`, 2],
      ["test/world/tailnet/main.go", `package main\n\n\t// ${LONG}\n`, 3],
      ["test/world/run.sh", `#!/bin/sh\n# ${LONG}\n`, 2],
      ["image/Dockerfile", `# ${LONG}\nFROM scratch\n`, 1],
      [".ci/run", `#!/bin/sh\n# ${LONG}\n`, 2],
    ].map(([path, text, line]) => [
      `a comment line that is too wide in ${path}: ${JSON.stringify(text).slice(0, 40)}`,
      [{ [`${path}`]: text }, [`${path}:${line} has a comment line of more than 120 columns`]],
    ]),
  ),
  "comment lines that are just not too wide, addresses and wide code": [
    {
      [LABELS]: `// ${"x ".repeat(58)}x\n// https://example.test/${"x".repeat(120)}\nexport const LABEL = "// ${LONG}";\n`,
      "test/world/main.go": `package main\n\n//go:generate ${LONG}\nvar a = "// ${LONG}"\nvar b = \`/* ${LONG}\`\n`,
    },
    [],
  ],
  "wide comments of others, and generated ones": [
    Object.fromEntries(
      ["node_modules/a/b.js", "dist/a.js", "constructs/bindings/generated/a.ts", "test/golden/a.ts"].map((path) => [
        path,
        `// ${LONG}\n`,
      ]),
    ),
    [],
  ],
};

const NAMES = Object.keys(CASES);
const base = mkdtempSync(join(tmpdir(), "spacetail-check-"));
afterAll(() => rmSync(base, { recursive: true }));

/** Writes the good repository with changes to a folder. */
function repository(name: string, changes: Files): string {
  const folder = join(base, name);
  for (const [path, text] of Object.entries({ ...GOOD, ...changes })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function check(folders: readonly string[]): { status: number | null; lines: string[] } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CHECK, ...folders], { encoding: "utf8" });
  expect(stderr).toBe("");
  return { status, lines: stdout.split("\n").filter((line) => line !== "") };
}

describe("the check's opinion of", () => {
  let lines: readonly string[] = [];
  beforeAll(() => {
    // One process for all of them: loading the parser takes longer than the work.
    const folders = NAMES.map((name, i) => repository(`${i}`, CASES[name]?.[0] ?? {}));
    lines = check(folders).lines;
  });

  test.each(NAMES)("%s", (name) => {
    const prefix = `${join(base, `${NAMES.indexOf(name)}`)}: `;
    const found = lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
    expect(found.sort()).toEqual([...(CASES[name]?.[1] ?? [])].sort());
  });
});

test("the check fails when there is a line", () => {
  const line = "contract/attic is on no floor";
  expect(check([repository("good", {})])).toEqual({ status: 0, lines: [] });
  expect(check([repository("bad", { "contract/attic/a.ts": "export {};\n" })])).toEqual({ status: 1, lines: [line] });
});
