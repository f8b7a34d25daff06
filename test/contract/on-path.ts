// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");

/** A PATH on which the hooks find the native executable; it is taken away after the tests of the file. */
export function pathWithSpacetail(): string {
  const folder = mkdtempSync(join(tmpdir(), "spacetail-path-"));
  symlinkSync(join(ROOT, "image/dist/spacetail-linux-x64"), join(folder, "spacetail"));
  afterAll(() => rmSync(folder, { recursive: true }));
  return `${folder}:${process.env.PATH}`;
}
