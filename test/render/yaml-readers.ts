// SPDX-License-Identifier: Apache-2.0
// Readers of YAML in other languages, each in a process of its own that takes many documents.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SOURCES = join(__dirname, "readers");
const CACHE = join(__dirname, "../../.cache/packages");
const PYYAML = "PyYAML==6.0.3";

/** What a reader says of a document. */
export interface YamlReading {
  readonly value: unknown;
  /** Why it cannot be read. */
  readonly error?: string;
}

/** Reads documents, in their order. */
export type YamlReader = (documents: readonly string[]) => YamlReading[];

/** Why a reader cannot be had on this machine. */
class Missing extends Error {}

/** Each reader by its name, or null, with a printed reason, for one that cannot be had here. */
export function yamlReaders(): Readonly<Record<string, YamlReader | null>> {
  return { "Go's yaml.v3": unlessMissing("Go's yaml.v3", goReader), PyYAML: unlessMissing("PyYAML", pythonReader) };
}

function unlessMissing(name: string, make: () => YamlReader): YamlReader | null {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    process.stderr.write(`skipped: reading YAML by ${name}: ${error.message}\n`);
    return null;
  }
}

function goReader(): YamlReader {
  const folder = mkdtempSync(join(tmpdir(), "spacetail-yaml-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const program = join(folder, "reader");
  prepare("go", ["build", "-o", program, "."], {});
  return (documents) => readings(program, [], documents);
}

function pythonReader(): YamlReader {
  const modules = join(CACHE, PYYAML);
  if (!existsSync(modules)) {
    mkdirSync(CACHE, { recursive: true });
    const draft = mkdtempSync(`${modules}-`);
    prepare("python3", ["-m", "pip", "install", "--quiet", "--target", draft, PYYAML], {
      PIP_DISABLE_PIP_VERSION_CHECK: "1",
    });
    renameSync(draft, modules);
  }
  const script = join(SOURCES, "read_yaml.py");
  return (documents) => readings("python3", [script], documents, { PYTHONPATH: modules, PYTHONUTF8: "1" });
}

/** Runs what a reader needs. @throws Missing if a program is not there, or packages cannot be fetched */
function prepare(program: string, words: readonly string[], env: Readonly<Record<string, string>>): void {
  const { status, error, stderr } = spawnSync(program, words, {
    cwd: SOURCES,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  if (error !== undefined) throw new Missing(`${program} cannot be run (${error.message})`);
  if (status === 0) return;
  const last = stderr.trim().split("\n").at(-1) ?? "";
  if (/No module named pip|No matching distribution|dial tcp|lookup|timeout|Connection/i.test(stderr)) {
    throw new Missing(last);
  }
  throw new Error(`${program} ${words.join(" ")} ended with ${status}: ${stderr}`);
}

function readings(
  program: string,
  words: readonly string[],
  documents: readonly string[],
  env: Readonly<Record<string, string>> = {},
): YamlReading[] {
  const { status, stdout, stderr } = spawnSync(program, words, {
    input: JSON.stringify(documents),
    env: { ...process.env, ...env },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}
