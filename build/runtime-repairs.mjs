// SPDX-License-Identifier: Apache-2.0
// Repairs of scriptc's run-time library, which is compiled from its sources. Remove a repair once scriptc no longer
// needs it. The build fails if a source does not match what a repair expects.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

/** Fibers are kept for the next ones, but not where AddressSanitizer is to notice the use of one that has ended. */
const FIBERS = `
#if defined(SCR_ASAN_FIBERS) || defined(__SANITIZE_ADDRESS__)
#define scr_fiber_new() calloc(1, sizeof(ScrFiber))
#define scr_fiber_free free
#else
static ScrFiber *scr_fiber_kept[SCR_FIBER_SPARES];
static size_t scr_fiber_nkept;

static ScrFiber *scr_fiber_new(void) {
  if (scr_fiber_nkept == 0) return calloc(1, sizeof(ScrFiber));
  ScrFiber *fiber = scr_fiber_kept[--scr_fiber_nkept];
  memset(fiber, 0, sizeof *fiber);
  return fiber;
}

static void scr_fiber_free(ScrFiber *fiber) {
  if (scr_fiber_nkept < SCR_FIBER_SPARES) scr_fiber_kept[scr_fiber_nkept++] = fiber;
  else free(fiber);
}
#endif

`;

const REPAIRS = [
  // The rmSync of scriptc 0.1.7 fails if somebody else removes the file meanwhile, although that is what was wanted. A
  // path that is not there at all is found by its first step, and reported unless it was called with `force`.
  {
    source: "src/scr_lib.c",
    text: "  if (f->err != 0) return; /* first failure wins",
    repaired:
      '  if (err == ENOENT && strcmp(op, "lstat") != 0) return;\n  if (f->err != 0) return; /* first failure wins',
    times: 1,
  },
  {
    source: "src/scr_lib.c",
    text: "  if (lstat(path, &st) != 0) {\n    scr_rm_fail_set(",
    repaired: "  if (lstat(path, &st) != 0) {\n    if (errno != ENOENT) scr_rm_fail_set(",
    times: 1,
  },
  {
    // scriptc 0.1.7 keeps each error that is passed to a function as `unknown`, and the copy of it, until the process
    // ends, and searches all of them at the next: 700 bytes for each connection that fails. A few are enough, because
    // nothing here compares errors by identity.
    source: "src/scr_json.c",
    text: "  if (scr_errdyn_n == scr_errdyn_cap) {\n",
    repaired: "  if (scr_errdyn_n == 32) scr_errdyn_teardown();\n  if (scr_errdyn_n == scr_errdyn_cap) {\n",
    times: 2,
  },
  {
    // Whenever scriptc 0.1.7 waits, it unmaps the stacks of functions that have ended, and maps others for the next
    // ones: four times for each request that passes the proxies, each with page faults. Those that it keeps take some
    // 8 KB each.
    source: "src/scr_async.c",
    text: "    if (due > now) scr_fiber_stacks_clear();\n",
    repaired: "",
    times: 1,
  },
  {
    source: "src/scr_async.c",
    text: "#define SCR_FIBER_SPARES 4\n",
    repaired: "#define SCR_FIBER_SPARES 64\n",
    times: 1,
  },
  {
    // Stacks that lie side by side become one mapping, for which a kernel may take pages of 2 MB. MAP_STACK says no.
    source: "src/scr_async.c",
    text: "MAP_PRIVATE | MAP_ANON, -1, 0);\n",
    repaired: "MAP_PRIVATE | MAP_ANON | MAP_STACK, -1, 0);\n",
    times: 1,
  },
  // What describes a function that waits, or a callback of a promise, has a kilobyte or more and lives for a moment.
  // musl gets memory of that size from the system and gives it back, one and a half times for each request.
  {
    source: "src/scr_async.c",
    text: "/* ── AsyncLocalStorage (node:async_hooks) ",
    repaired: `${FIBERS}/* ── AsyncLocalStorage (node:async_hooks) `,
    times: 1,
  },
  { source: "src/scr_async.c", text: "= calloc(1, sizeof *f);\n", repaired: "= scr_fiber_new();\n", times: 4 },
  { source: "src/scr_async.c", text: " free(f);\n", repaired: " scr_fiber_free(f);\n", times: 3 },
];

/**
 * The path of a source of the run-time library, or of a repaired copy of it.
 *
 * @param folder where copies may be written
 */
export function repairedSource(library, source, folder) {
  const repairs = REPAIRS.filter((one) => one.source === source);
  if (repairs.length === 0) return join(library, source);
  let text = readFileSync(join(library, source), "utf8");
  for (const { text: broken, repaired, times } of repairs) {
    const found = text.split(broken).length - 1;
    if (found !== times)
      throw new Error(`${source} of scriptc has changed: see whether build/runtime-repairs.mjs fits`);
    text = text.replaceAll(broken, repaired);
  }
  mkdirSync(folder, { recursive: true });
  const copy = join(folder, basename(source));
  writeFileSync(copy, text);
  return copy;
}
