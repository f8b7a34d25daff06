// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noteCounts, readCounts } from "../../../image/spacetail/capture/counts.js";
import { thisProcess } from "../../../image/spacetail/process/processes.js";
import type { RuntimeDir } from "../../../image/spacetail/tunnel/runtime-dir.js";

const COUNTS = { captured: 3, failed: 1, open: 2, sent: 100, received: 200, unreadable: 0 };

let dir: RuntimeDir;
beforeEach(() => {
  dir = { path: mkdtempSync(join(tmpdir(), "counts-")) } as unknown as RuntimeDir;
});
afterEach(() => rmSync(dir.path, { recursive: true, force: true }));

const note = (name: string, text: string): void => writeFileSync(join(dir.path, name), text);

describe("counts of captured connections", () => {
  test("are there while a process captures", () => {
    expect(readCounts(dir)).toBeNull();
    const stop = noteCounts(dir, () => COUNTS);
    expect(readCounts(dir)).toEqual(COUNTS);
    stop();
    expect(readdirSync(dir.path)).toEqual([]);
  });

  test("are those of all running processes together", () => {
    note("capture-1.json", JSON.stringify({ process: thisProcess(), counts: COUNTS }));
    note("capture-2.json", JSON.stringify({ process: thisProcess(), counts: { ...COUNTS, captured: 4 } }));
    note("capture-3.json", JSON.stringify({ process: { ...thisProcess(), start: "1" }, counts: COUNTS }));
    note("capture-4.json", "{");
    note("state.json", JSON.stringify({ process: thisProcess(), counts: COUNTS }));
    expect(readCounts(dir)).toEqual({ captured: 7, failed: 2, open: 4, sent: 200, received: 400, unreadable: 0 });
  });

  test("of a tunnel that is gone are not there", () => {
    expect(readCounts({ path: join(dir.path, "gone") } as unknown as RuntimeDir)).toBeNull();
    noteCounts({ path: join(dir.path, "gone") } as unknown as RuntimeDir, () => COUNTS)();
  });
});
