// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./tarball.js";

/** The README's section about it. */
export function quickStartSection(): string {
  const [, section = ""] = /^## Quick start\n([\s\S]*?)^## /m.exec(readFileSync(join(ROOT, "README.md"), "utf8")) ?? [];
  return section;
}

/** Its program. */
export function quickStart(): string {
  return quickStartBlock("js");
}

/** The first block of that language in the section, without its blank lines. */
export function quickStartBlock(language: string): string {
  const [, text = ""] = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "m").exec(quickStartSection()) ?? [];
  return text.replace(/\n{2,}/g, "\n").trim();
}

/** A text of the section as the README says that it is to be read for that engine. */
export function translated(text: string, engine: string): string {
  if (engine === "cdktf") return text;
  return text.replaceAll("cdktf", engine).replaceAll('"spacetail"', `"spacetail/${engine}"`);
}
