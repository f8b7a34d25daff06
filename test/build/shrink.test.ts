// SPDX-License-Identifier: Apache-2.0
// What is rewritten in the C that scriptc generates, and what must not be.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./releases.js";

const FILTER = `
  import { readFileSync } from "node:fs";
  import { shrink } from "${pathToFileURL(join(ROOT, "build/shrink/main.mjs"))}";
  process.stdout.write(shrink(readFileSync(0, "utf8")));
`;

/** The program after the rewrites; in a process of its own, because Jest does not import the build's modules. */
function shrink(source: string): string {
  return execFileSync(process.execPath, ["--input-type=module", "-e", FILTER], { input: source, encoding: "utf8" });
}

/** The statements of a function after the rewrites. */
function body(head: string, ...lines: readonly string[]): string[] {
  const all = shrink([`static ${head} {`, ...lines.map((line) => `  ${line}`), "}"].join("\n")).split("\n");
  return all.slice(all.indexOf(`static ${head} {`) + 1, -1).map((line) => line.trim());
}

const VOID = "void sc_f_x(ScrStr *sc_l_a, ScrStr *sc_l_b)";

describe("literals", () => {
  test("are not counted", () => {
    expect(
      body(
        VOID,
        "ScrStr *sc_t0 = scr_str_retain((ScrStr *)&sc_lit_7);",
        "sc_f_y(sc_t1);",
        "scr_str_release(sc_t0);",
        "return;",
      ),
    ).toEqual(["ScrStr *sc_t0 = (ScrStr *)&sc_lit_7;", "sc_f_y(sc_t1);", "return;"]);
  });

  test("a variable that may hold something else too is released", () => {
    const lines = ["ScrStr *sc_t0 = (ScrStr *)&sc_lit_7;", "sc_t0 = sc_f_y();", "scr_str_release(sc_t0);", "return;"];
    expect(body(VOID, ...lines)).toEqual(lines);
  });
});

describe("second references", () => {
  const retain = "ScrStr *sc_t0 = scr_str_retain(sc_l_a);";
  const release = "scr_str_release(sc_t0);";
  const borrowed = "ScrStr *sc_t0 = sc_l_a;";

  /** Whether the temporary borrows what the variable holds. */
  function borrows(...between: readonly string[]): boolean {
    const code = body(VOID, retain, ...between, release, "scr_str_release(sc_l_a);");
    expect(code.includes(retain)).toBe(!code.includes(borrowed));
    return code.includes(borrowed);
  }

  test("are not counted where the variable keeps its value", () => {
    const own = "scr_str_release(sc_l_a);";
    expect(body(VOID, retain, "double sc_t1 = scr_str_length(sc_t0);", release, "sc_done();", own)).toEqual([
      borrowed,
      "double sc_t1 = scr_str_length(sc_t0);",
      "sc_done();",
      own,
    ]);
  });

  test("are not released on ways out either", () => {
    const out = ["if (scr_exc_pending()) {", `  ${release}`, "  scr_str_release(sc_l_a);", "  return;", "}"];
    expect(body(VOID, retain, "sc_f_y();", ...out, release, "scr_str_release(sc_l_a);")).toEqual([
      borrowed,
      "sc_f_y();",
      "if (scr_exc_pending()) { goto sc_out_0; }",
      "goto sc_out_0;",
      "sc_out_0:;",
      "scr_str_release(sc_l_a);",
      "return;",
    ]);
  });

  test("are not confused with what the program calls release and retain", () => {
    const lines = [
      "ScrStr *sc_t0 = sc_f__x25_m2_Lock_retain(sc_l_a);",
      "sc_f__x25_m2_Lock_release(sc_t0);",
      "sc_done();",
    ];
    expect(body(VOID, ...lines)).toEqual(lines);
    const [, ...code] = body(VOID, retain, "sc_f__x25_m2_Lock_release(sc_t0);", "sc_done();");
    expect(code).toEqual(lines.slice(1));
  });

  test.each([
    ["the variable gets another value", ["sc_l_a = sc_t9;"]],
    ["the variable is released", ["scr_str_release(sc_l_a);", "sc_f_y();"]],
    ["the variable's own reference is passed on", ["sc_f_y(sc_l_a);"]],
    ["the temporary is passed on", ["sc_t8 = sc_t0;"]],
    ["a string is appended to it", ["ScrStr *sc_t2 = scr_str_concat(sc_t0, sc_t1);"]],
    ["the variable's string is appended to", ["ScrStr *sc_t2 = sc_l_a;", "sc_t3 = scr_str_concat(sc_t2, sc_t1);"]],
    ["a way out does not release it", ["if (scr_exc_pending()) {", "  return;", "}"]],
    ["a loop is left", ["if (sc_t1) break;"]],
  ])("are counted where %s", (_, between) => {
    expect(borrows(...between)).toBe(false);
  });

  test("are counted where a jump leads in from elsewhere", () => {
    const jump = ["if (sc_t1) {", "  goto sc_cont_0;", "}"];
    expect(body(VOID, ...jump, retain, "sc_cont_0:;", release, "scr_str_release(sc_l_a);")).toContain(retain);
  });

  test("are counted where a release belongs to one way only", () => {
    expect(
      body(
        VOID,
        retain,
        "if (sc_t1) {",
        `  ${release}`,
        "} else {",
        "  sc_f_y(sc_t0);",
        "}",
        "scr_str_release(sc_l_a);",
      ),
    ).toContain(retain);
  });

  test("are counted where the variable does not own its value", () => {
    expect(body(VOID, retain, "sc_f_y();", release, "sc_done();")).toContain(retain);
  });

  test("of what a union holds do not outlive the union, even one that is borrowed itself", () => {
    const union = "ScrUnion *sc_t1 = scr_union_retain(sc_l_u);";
    const peek = "ScrStr *sc_t2 = scr_str_retain((ScrStr *)scr_union_peek(sc_t1));";
    const releases = ["scr_union_release(sc_t1);", "scr_str_release(sc_t2);"];
    const own = "scr_union_release(sc_l_u);";
    expect(body(VOID, union, peek, "sc_f_y();", ...releases, "sc_done();", own)).toEqual([
      "ScrUnion *sc_t1 = sc_l_u;",
      "ScrStr *sc_t2 = (ScrStr *)scr_union_peek(sc_t1);",
      "sc_f_y();",
      "sc_done();",
      own,
    ]);
    const [first = "", second = ""] = releases;
    expect(body(VOID, union, peek, first, "sc_l_u = sc_t9;", second, "sc_done();", own)).toContain(peek);
  });

  test("of a global are not counted if it gets its only value when its module starts", () => {
    const use = ["static void sc_f_x(void) {", "  ScrStr *sc_t0 = scr_str_retain(sc_g_a);", "  sc_f_y();"];
    const end = ["  scr_str_release(sc_t0);", "  sc_done();", "}"];
    const start = (name: string, indent: string) => [`static void ${name}(void) {`, `${indent}sc_g_a = sc_t1;`, "}"];
    const of = (...before: readonly string[]) =>
      shrink([...before, ...use, ...end].join("\n")).includes("ScrStr *sc_t0 = sc_g_a;");
    expect(of(...start("sc_f__x25_init_3", "  "))).toBe(true);
    expect(of(...start("sc_f__x25_init_3", "    "))).toBe(false);
    expect(of(...start("sc_f_lazy", "  "))).toBe(false);
    expect(of(...start("sc_f__x25_init_3", "  "), ...start("sc_f_reset", "  "))).toBe(false);
  });
});

describe("ways out", () => {
  test("share the releases that they have in common, and the value", () => {
    expect(
      body(
        "ScrStr *sc_f_x(ScrArr *sc_l_a)",
        "ScrStr *sc_t0 = sc_f_y();",
        "if (scr_exc_pending()) {",
        "  scr_arr_release(sc_l_a);",
        "  return NULL;",
        "}",
        "if (sc_t1) {",
        "  ScrUnion *sc_t2 = sc_f_z(sc_t0);",
        "  if (scr_exc_pending()) {",
        "    scr_union_release(sc_t2);",
        "    scr_str_release(sc_t0);",
        "    scr_arr_release(sc_l_a);",
        "    return NULL;",
        "  }",
        "}",
        "scr_arr_release(sc_l_a);",
        "return sc_t0;",
      ),
    ).toEqual([
      "ScrStr *sc_t0;",
      "ScrUnion *sc_t2;",
      "ScrStr * sc_result = 0;",
      "sc_t0 = sc_f_y();",
      "if (scr_exc_pending()) { goto sc_out_0; }",
      "if (sc_t1) {",
      "sc_t2 = sc_f_z(sc_t0);",
      "if (scr_exc_pending()) { goto sc_out_1; }",
      "}",
      "sc_result = sc_t0; goto sc_out_0;",
      "sc_out_1:;",
      "scr_union_release(sc_t2);",
      "scr_str_release(sc_t0);",
      "sc_out_0:;",
      "scr_arr_release(sc_l_a);",
      "return sc_result;",
    ]);
  });

  test("to a catch clause are not mixed with those to the caller", () => {
    const code = body(
      VOID,
      "sc_f_y();",
      "if (scr_exc_pending()) {",
      "  scr_str_release(sc_l_b);",
      "  goto sc_catch_0;",
      "}",
      "scr_str_release(sc_l_b);",
      "return;",
      "sc_catch_0:;",
    );
    expect(code.join(" ")).toContain("sc_out_0:; scr_str_release(sc_l_b); goto sc_catch_0;");
    expect(code.join(" ")).toContain("scr_str_release(sc_l_b); return; sc_catch_0:;");
  });
});

test("comments go, and what looks like one in a string stays", () => {
  expect(body(VOID, 'sc_f_y("a/*b", 1); /* main.ts:1 */', "/* try */ /* main.ts:2 */", 'sc_f_z("/*\\"*/");')).toEqual([
    'sc_f_y("a/*b", 1);',
    'sc_f_z("/*\\"*/");',
  ]);
});

test("releases of one type in a row are one call", () => {
  expect(
    body(
      VOID,
      ..."abcde".split("").map((name) => `scr_str_release(sc_l_${name});`),
      "sc_rrelease_r1(sc_t1);",
      "sc_rrelease_r1(sc_t2);",
      "sc_done();",
    ),
  ).toEqual([
    "scr_str_release4(sc_l_a, sc_l_b, sc_l_c, sc_l_d);",
    "scr_str_release(sc_l_e);",
    "sc_rrelease_r1(sc_t1);",
    "sc_rrelease_r1(sc_t2);",
    "sc_done();",
  ]);
});
