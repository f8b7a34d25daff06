// SPDX-License-Identifier: Apache-2.0
// Whatever mistake is made with a rendered module, the tool that reads it must not print a secret.
import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { TERRAFORM } from "../constructs/terraform.js";
import { inFolder, rendered } from "./command.js";
import { withEphemerals, withoutProviders } from "./without-providers.js";

/** OpenTofu as the embedded world builds it. */
const BUILT = join(__dirname, "../../.cache/world/tofu");
const TOOLS = [...new Set([TERRAFORM, isProgram(BUILT) ? BUILT : ""])].filter((path) => path !== "");
if (TOOLS.length === 0) {
  process.stderr.write("skipped: secrets of modules: neither terraform nor tofu is on the PATH\n");
  test.skip("secrets of modules", () => {});
}

/** What no tool may print. The second one is what becomes of the first in a file of a context. */
const MARK = "hunter2-battery-staple";
const MARKS = [MARK, ...[0, 1, 2].map((shift) => encodedFrom(shift))];

/** The middle of the Base64 of any text in which the mark begins at an offset of that remainder. */
function encodedFrom(shift: number): string {
  return Buffer.from(`${"x".repeat(shift)}${MARK}`, "utf8")
    .toString("base64")
    .slice(4, -4);
}

const OAUTH = { auth: { oauthSecret: true }, secretEnvironment: ["TOKEN"], files: [{ path: "key.pem" }] };
const KEY = { auth: { authKey: true }, secretEnvironment: ["TOKEN"], files: [{ path: "key.pem" }] };
const GOOD = `tskey-good-${MARK}`;

/** What is given for a secret: the content of a file, or an expression. */
type Given = string | { readonly hcl: string };

type Mistake = readonly [what: string, options: object, input: string, given: Given, said: RegExp];

const ONE_LINE = /must not be empty, and must be one line\./;
const MISTAKES: readonly Mistake[] = [
  [
    "an auth key for the secret of a client",
    OAUTH,
    "oauth_client_secret",
    `tskey-auth-${MARK}`,
    /must be the secret of an OAuth client, not an auth key\./,
  ],
  [
    "the secret of a client for an auth key",
    KEY,
    "auth_key",
    `tskey-client-${MARK}`,
    /must be an auth key, not the secret of an OAuth client\./,
  ],
  ["a secret with a line break at its end", OAUTH, "oauth_client_secret", `${MARK}\n`, ONE_LINE],
  ["a PEM block", OAUTH, "secret_token", `-----BEGIN PRIVATE KEY-----\n${MARK}\n`, ONE_LINE],
  ["an auth key with a line break at its end", KEY, "auth_key", `${MARK}\r\n`, ONE_LINE],
  ["a secret that begins with a line break", KEY, "secret_token", `\n${MARK}`, ONE_LINE],
  ["an empty file", OAUTH, "file_key_pem", "", /file_key_pem must not be empty\./],
  ["a list for a secret", OAUTH, "secret_token", { hcl: "[local.secret]" }, /string required/],
  ["an object for a secret", OAUTH, "secret_token", { hcl: "{ key = local.secret }" }, /string required/],
  ["null for an auth key", KEY, "auth_key", { hcl: "null" }, /required variable may not be set to null/],
];

interface Said {
  readonly status: number | null;
  readonly text: string;
}

function run(tool: string, folder: string, ...words: readonly string[]): Said {
  const { status, stdout, stderr } = spawnSync(tool, words, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, CHECKPOINT_DISABLE: "1", TF_CLI_CONFIG_FILE: "/dev/null", TF_IN_AUTOMATION: "1" },
  });
  return { status, text: `${stdout}${stderr}` };
}

/** What people read of it, in one line. */
function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/[\s│╷╵]+/g, " ");
}

/** A folder in which the module is called with secrets from files, as nothing marks them as sensitive there. */
function written(folder: string, module: string, secrets: Readonly<Record<string, Given>>): void {
  const files: Record<string, string> = { "tailnet/main.tf": module, secret: MARK };
  const given = Object.entries(secrets).map(([name, value]) => {
    if (typeof value !== "string") return `  ${name} = ${value.hcl}\n`;
    files[name] = value;
    return `  ${name} = file("${name}")\n`;
  });
  files["main.tf"] =
    `locals {\n  secret = file("secret")\n}\n\nmodule "tailnet" {\n  source = "./tailnet"\n${given.join("")}}\n`;
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

describe.each(TOOLS)("%s", (tool) => {
  const goodFor = (options: object): Record<string, Given> => ({
    [options === KEY ? "auth_key" : "oauth_client_secret"]: GOOD,
    secret_token: MARK,
    file_key_pem: `one\n${MARK}\n`,
  });
  const kinds = [
    ["secrets in the state", {}, withoutProviders],
    ["write-only secrets", { writeOnlyVersion: "1" }, withEphemerals],
  ] as const;

  describe.each(kinds)("%s", (__, more, module) => {
    const moduleOf = (options: object) => module(rendered("hcl", { ...options, ...more }));

    test.each(MISTAKES)("%s is refused, and not printed", (_, options, input, value, said) => {
      inFolder((folder) => {
        written(folder, moduleOf(options), { ...goodFor(options), [input]: value });
        const outputs = [["init"], ["validate"], ["plan"], ["plan", "-json"]].map((words) =>
          run(tool, folder, ...words, ...(words[0] === "validate" ? [] : ["-input=false"])),
        );
        for (const { text } of outputs) for (const mark of MARKS) expect(text).not.toContain(mark);
        const [init, , plan] = outputs;
        expect(init?.status).toBe(0);
        expect(plan?.status).toBe(1);
        expect(plain(plan?.text ?? "")).toMatch(said);
      });
    });

    test.each([
      ["oauth", OAUTH],
      ["key", KEY],
    ])("good secrets (%s) are planned and applied, and not printed", (_, options) => {
      inFolder((folder) => {
        written(folder, moduleOf(options), goodFor(options));
        // What destroys these resources would print their outputs, which those of providers do not have.
        for (const words of [["init"], ["plan"], ["apply", "-auto-approve"], ["plan"]]) {
          const { status, text } = run(tool, folder, ...words, "-input=false");
          expect({ status, text }).toEqual({ status: 0, text: expect.any(String) });
          for (const mark of MARKS) expect(text).not.toContain(mark);
        }
      });
    });
  });
});

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
