// SPDX-License-Identifier: Apache-2.0
// The pages of docs/ against what they are about: the contract, the examples and the command `spacetail render`.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse } from "@cdktf/hcl2json";
import { FORMATS } from "../../contract/options/option.js";
import { render } from "../../render/render.js";

const ROOT = join(__dirname, "../..");

/** The page of each output, with the example that it shows. */
const PAGES: readonly (readonly [string, string])[] = [
  ["cdktf", "cdktf/main.ts"],
  ["cdk-terrain", "cdktn/main.ts"],
  ["pulumi", "pulumi-ts/index.ts"],
  ["hcl", "hcl/main.tf"],
  ["config-yml", "config-yml/.spacelift/config.yml"],
  ["plugin", "plugin/plugin.yaml"],
  ["blueprint", "blueprint/blueprint.yaml"],
  ["kubernetes", "kubernetes/worker-pool.yaml"],
];

/** Pages that people read from this repository. */
const READ = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "SECURITY.md",
  "pulumi/README.md",
  ...readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
  ...readdirSync(join(ROOT, "examples"))
    .map((name) => `examples/${name}/README.md`)
    .filter((path) => existsSync(join(ROOT, path))),
];

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "gm"))].map(([, block = ""]) => block);
}

/** The arguments of every `npx spacetail render` in a page's shell blocks, without what a shell does with them. */
function renderCommands(text: string): string[][] {
  const lines = blocks(text, "sh").flatMap((block) => block.replace(/\\\n\s*/g, " ").split("\n"));
  return lines.flatMap((line) => {
    const [, words] = /^npx spacetail render (.*)$/.exec(line) ?? [];
    return words === undefined ? [] : [words.split(/\s+/)];
  });
}

/** The files of a folder, with their paths in it. */
function filesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => statSync(join(folder, name)).isFile()).sort();
}

describe.each(PAGES)("docs/%s.md", (page, example) => {
  const text = read(`docs/${page}.md`);

  test("answers what the others answer, in the same order", () => {
    expect([...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual([
      "Minimal example",
      "Login and secrets",
      "Stacks",
      "Image",
      "Limits",
      "Change and remove",
    ]);
  });

  test("is linked from the chooser and from the README", () => {
    expect(read("docs/README.md")).toContain(`(${page}.md)`);
    expect(read("README.md")).toContain(`(docs/${page}.md)`);
  });

  test("shows the example as it is", () => {
    const [shown = ""] = blocks(text, "(?:ts|hcl|yaml)");
    expect(shown).not.toBe("");
    expect(read(`examples/${example}`)).toContain(shown);
  });
});

test.each(FORMATS)("the first command of docs/%s.md makes the example", (page) => {
  const folder = mkdtempSync(join(tmpdir(), "spacetail-docs-"));
  const before = process.cwd();
  try {
    process.chdir(folder);
    expect(render(renderCommands(read(`docs/${page}.md`))[0] ?? [])).toBe(0);
    const made = filesIn(folder);
    expect(made).not.toEqual([]);
    for (const file of made) expect(readFileSync(file, "utf8")).toBe(read(`examples/${page}/${file}`));
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  }
});

const COMMANDS = READ.flatMap((page) => renderCommands(read(page)).map((words) => [page, words.join(" ")] as const));

test.each(COMMANDS)("%s: `spacetail render %s` works", (page, words) => {
  const folder = mkdtempSync(join(tmpdir(), "spacetail-docs-"));
  const before = process.cwd();
  const print = jest.fn();
  try {
    process.chdir(folder);
    const [options] = blocks(read(page), "json");
    if (options !== undefined) writeFileSync("tailnet.json", options);
    expect(render(words.split(" "), print)).toBe(0);
    expect(print.mock.calls.length > 0).toBe(!words.includes("--output"));
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  }
});

/** The sources of the executable and of what fetches it, whose messages the page about troubleshooting quotes. */
const EXECUTABLE_SOURCES = ["image/spacetail", "contract/wire", "contract/hooks"]
  .flatMap((folder) => filesIn(join(ROOT, folder)).map((file) => read(`${folder}/${file}`)))
  .join("\n");

const MESSAGES = [...read("docs/troubleshooting.md").matchAll(/^\| `([^`]+)` \|/gm)].map(([, message = ""]) => message);

test.each(MESSAGES)("docs/troubleshooting.md: `%s` is a message of the executable", (message) => {
  // What the sources fill in is left out: names, statuses, and whatever the page abbreviates.
  const parts = message.split(/\.\.\.|[():"]|\b(?:db|tailscaled)\b|\d+/).map((part) => part.trim());
  const words = parts.filter((part) => part !== "");
  expect(words).not.toEqual([]);
  expect(words.filter((part) => !EXECUTABLE_SOURCES.includes(part))).toEqual([]);
});

const HCL = READ.flatMap((page) => blocks(read(page), "hcl").map((block) => [page, block] as const));

test.each(HCL)("%s: Terraform can read what is in HCL", async (_, block) => {
  await expect(parse("main.tf", block)).resolves.toBeDefined();
});

test.each(READ)("the links of %s lead somewhere", (page) => {
  const text = read(page).replace(/^```[\s\S]*?^```/gm, "");
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => (/^\w+:/.test(link) ? [] : [link]));
  const broken = links.filter((link) => {
    const [path = "", anchor] = link.split("#");
    const file = path === "" ? join(ROOT, page) : join(ROOT, dirname(page), path);
    return !existsSync(file) || (anchor !== undefined && !anchorsOf(file).includes(anchor));
  });
  expect(broken).toEqual([]);
});

/** The anchors of a page: its titles in lower case, with dashes for blanks and without other signs. */
function anchorsOf(file: string): string[] {
  const titles = [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)];
  return titles.map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );
}
