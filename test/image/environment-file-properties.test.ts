// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { exportCommands, exportedValues, PROXY_VARIABLES, shellQuote } from "../../contract/index.js";
import { undoExports } from "../../image/spacetail/proxies/environment-file.js";
import { pathWithSpacetail } from "../contract/on-path.js";
import { inEveryShell, run } from "../contract/shells.js";
import { holds, line, text } from "../property.js";

const EXPORTED = { HTTP_PROXY: "http://localhost:8080", NO_PROXY: "localhost,.spacelift.io" };

/** Lines such a file may contain, good and bad: exported variables and others, in all three forms, and any text. */
const fileLine = fc.oneof(
  fc.constantFrom(
    "HTTP_PROXY=http://localhost:8080",
    "export HTTP_PROXY='http://localhost:8080'",
    'declare -x HTTP_PROXY="http://localhost:8080"',
    "NO_PROXY=localhost,.spacelift.io",
    "export HTTP_PROXY",
    "HTTP_PROXY=",
    "export OPEN='",
    'declare -x OPEN="',
    "declare -x OPEN=$'",
    "SCRIPT=first",
    "",
  ),
  line,
  fc.tuple(fc.constantFrom("A", "HTTP_PROXY", "SCRIPT"), line).map(([name, value]) => `${name}=${value}`),
  fc.tuple(fc.constantFrom("A", "NO_PROXY"), text).map(([name, value]) => `export ${name}=${shellQuote(value)}`),
);
const file = fc
  .tuple(fc.array(fileLine, { maxLength: 8 }), fc.boolean())
  .map(([lines, ends]) => lines.join("\n") + (ends ? "\n" : ""));

const before = fc.constantFrom({}, { HTTP_PROXY: "http://proxy.corp:3128" }, { NO_PROXY: "it's" });
const present = fc.constantFrom({}, { SCRIPT: "first\nHTTP_PROXY=http://localhost:8080\nlast" }, { A: "x\ny" });

test("undoing twice is the same as undoing once", () => {
  holds(
    fc.record({ file, before, present }),
    (given) => {
      const once = undoExports(given.file, EXPORTED, given.before, given.present);
      expect(undoExports(once, EXPORTED, given.before, given.present)).toBe(once);
    },
    3_000,
  );
});

test("a file without an exported variable stays as it is", () => {
  holds(fc.record({ file, present }), (given) => {
    expect(undoExports(given.file, { HTTPS_PROXY: "http://localhost:1" }, {}, given.present)).toBe(given.file);
  });
});

/** The other variables of a run. */
const NAMES = ["AA", "SCRIPT", "Z_9"];
const environments = fc
  .tuple(text, text, line)
  .map((values) => Object.fromEntries(NAMES.map((name, i) => [name, values[i] ?? ""])));

const PATH = pathWithSpacetail();
const EXPORT = exportCommands("localhost:8080").join("\n");

inEveryShell(
  "of what a shell lists after the exports, exactly those are undone, whatever the other values",
  (shell) => {
    const exported = exportedValues("localhost:8080", "", {});
    const check = (env: Record<string, string>) => {
      const listing = run(shell, `${EXPORT}\nexport -p`, { ...env, PATH });
      const left = undoExports(listing, exported, {}, env);
      const words = [...NAMES.map((name) => `"$${name}"`), ...PROXY_VARIABLES.map((name) => `"\${${name}-unset}"`)];
      // What is left is read by a shell that knows nothing.
      const script = `unset ${NAMES.join(" ")}\n${left}\nprintf '%s\\0' ${words.join(" ")}`;
      expect(run(shell, script, {}).split("\0").slice(0, -1)).toEqual([
        ...NAMES.map((name) => env[name]),
        ...PROXY_VARIABLES.map(() => "unset"),
      ]);
    };
    holds(environments, check, 12);
  },
);

inEveryShell("of what env(1) lists after the exports, exactly those are undone, whatever the other values", (shell) => {
  const exported = exportedValues("localhost:8080", "", {});
  const check = (env: Record<string, string>) => {
    const listing = run(shell, `${EXPORT}\nenv`, { ...env, PATH });
    // Without the exports, the same shell lists what must be left.
    const expected = run(shell, "env", { ...env, PATH });
    expect(sorted(undoExports(listing, exported, {}, env))).toEqual(sorted(expected));
  };
  holds(environments, check, 12);
});

/** Shells list variables in any order, and `_` differs from shell to shell. */
function sorted(listing: string): string[] {
  return listing
    .split("\n")
    .filter((one) => !one.startsWith("_="))
    .sort();
}
