// SPDX-License-Identifier: Apache-2.0
// The formats that an environment file may have: what is ours goes away, and every other byte stays.
import fc from "fast-check";
import { exportedValues, PROXY_VARIABLES, shellQuote } from "../../contract/index.js";
import { remainingNames, undoExports } from "../../image/spacetail/proxies/environment-file.js";
import { holds, line, text } from "../property.js";

const EXPORTED = exportedValues("localhost:8080", "", {});

/** A way to write variables into a file. */
interface Format {
  readonly name: string;
  readonly write: (variables: readonly Variable[]) => string;
  /** True if a value may have several lines. */
  readonly hasLines: boolean;
}

type Variable = readonly [name: string, value: string];

const lines = (one: (variable: Variable) => string) => (variables: readonly Variable[]) =>
  variables.map((variable) => `${one(variable)}\n`).join("");
const doubleQuoted = (value: string) => `"${value.replace(/[$`"\\]/g, "\\$&")}"`;
const object = (variables: readonly Variable[]) => Object.fromEntries(variables);
const pairs = (variables: readonly Variable[]) => variables.map(([name, value]) => ({ name, value }));
const texts = (variables: readonly Variable[]) => variables.map(([name, value]) => `${name}=${value}`);

const FORMATS: readonly Format[] = [
  { name: "NAME=value", write: lines(([name, value]) => `${name}=${value}`), hasLines: false },
  { name: "NAME=value, CRLF", write: (all) => all.map(([n, v]) => `${n}=${v}\r\n`).join(""), hasLines: false },
  { name: "NAME='value'", write: lines(([name, value]) => `${name}=${shellQuote(value)}`), hasLines: true },
  { name: 'NAME="value"', write: lines(([name, value]) => `${name}=${doubleQuoted(value)}`), hasLines: true },
  { name: "export NAME='value'", write: lines(([n, v]) => `export ${n}=${shellQuote(v)}`), hasLines: true },
  {
    name: "export NAME='value', CRLF",
    write: (all) => all.map(([n, v]) => `export ${n}=${shellQuote(v)}\r\n`).join(""),
    hasLines: false,
  },
  { name: 'declare -x NAME="value"', write: lines(([n, v]) => `declare -x ${n}=${doubleQuoted(v)}`), hasLines: true },
  { name: "typeset -x NAME='value'", write: lines(([n, v]) => `typeset -x ${n}=${shellQuote(v)}`), hasLines: true },
  {
    name: "NUL",
    write: (all) =>
      texts(all)
        .map((one) => `${one}\0`)
        .join(""),
    hasLines: true,
  },
  { name: "JSON", write: (all) => JSON.stringify(object(all)), hasLines: true },
  { name: "JSON, indented", write: (all) => `${JSON.stringify(object(all), null, 2)}\n`, hasLines: true },
  { name: "JSON below a member", write: (all) => JSON.stringify({ env: object(all), n: [1, null] }), hasLines: true },
  { name: "JSON list of texts", write: (all) => JSON.stringify(texts(all), null, "\t"), hasLines: true },
  { name: "JSON list of objects", write: (all) => JSON.stringify(pairs(all), null, 2), hasLines: true },
  { name: "YAML", write: lines(([name, value]) => `${name}: ${JSON.stringify(value)}`), hasLines: true },
  {
    name: "YAML below a key",
    write: (all) => `env:\n${all.map(([n, v]) => `  ${n}: '${v.replaceAll("'", "''")}'\r\n`).join("")}`,
    hasLines: false,
  },
  {
    name: "YAML list of texts",
    write: lines(([name, value]) => `- ${JSON.stringify(`${name}=${value}`)}`),
    hasLines: true,
  },
  {
    name: "YAML list of pairs",
    write: lines(([name, value]) => `- name: ${name}\n  value: ${JSON.stringify(value)}`),
    hasLines: true,
  },
  {
    name: "YAML block",
    write: lines(([name, value]) => `${name}: |-\n  ${value.split("\n").join("\n  ")}`),
    hasLines: true,
  },
];

/** Variables of a run, some of which look like ours inside. */
const others = (value: fc.Arbitrary<string>): fc.Arbitrary<Variable[]> =>
  fc.uniqueArray(
    fc.tuple(
      fc.constantFrom("AA", "PATH", "SCRIPT", "MY_HTTP_PROXY", "HTTP_PROXY_X", "Z9"),
      fc.oneof(value, fc.constantFrom("http://localhost:8080", "x HTTP_PROXY=http://localhost:8080", "a: b", "")),
    ),
    { minLength: 1, selector: ([name]) => name },
  );

const LOOKALIKE = "first\nHTTP_PROXY=http://localhost:8080\nHTTP_PROXY: http://localhost:8080\nlast";

/** Puts ours at places among the others. */
function mixed(variables: readonly Variable[], places: readonly number[]): Variable[] {
  const all = [...variables];
  Object.entries(EXPORTED).forEach(([name, value], at) => {
    // A file that begins with ours would be as good, but a variable of the run makes clear which format it has.
    all.splice(1 + ((places[at] ?? 0) % all.length), 0, [name, value]);
  });
  return all;
}

describe.each(FORMATS)("$name", ({ write, hasLines }) => {
  const value = hasLines ? fc.oneof(text, fc.constant(LOOKALIKE)) : line;
  // What YAML takes for blanks at the end of a line is a matter of its own.
  const good = value.map((one) => one.replace(/[^\P{Cc}\t\n]/gu, "_"));

  test("ours go, all else stays byte for byte, and nothing is reported", () => {
    holds(fc.record({ variables: others(good), places: fc.array(fc.nat(), { maxLength: 6 }) }), (given) => {
      const present = Object.fromEntries(given.variables);
      const file = bytes(write(mixed(given.variables, given.places)));
      const left = undoExports(file, EXPORTED, {}, asBytes(present));
      expect(left).toBe(bytes(write(given.variables)));
      expect(remainingNames(left, EXPORTED, {}, asBytes(present))).toEqual([]);
    });
  });

  test("what the run had before comes back where ours was", () => {
    const before = { HTTP_PROXY: "http://proxy.corp:3128", no_proxy: ".corp,10.0.0.0/8" };
    const kept: Variable[] = [["AA", "1"]];
    const left = undoExports(write(mixed(kept, [])), EXPORTED, before, {});
    for (const own of Object.values(before)) expect(left).toContain(own);
    expect(left).not.toContain("http://localhost:8080");
    expect(undoExports(left, EXPORTED, before, {})).toBe(left);
    expect(remainingNames(left, EXPORTED, before, {})).toEqual([]);
  });

  test("another value of one of our names is the run's own", () => {
    const own: Variable[] = [
      ["AA", "1"],
      ["HTTP_PROXY", "http://proxy.corp:3128"],
    ];
    expect(undoExports(write(own), EXPORTED, {}, {})).toBe(write(own));
    expect(remainingNames(write(own), EXPORTED, {}, {})).toEqual([]);
  });
});

test.each<[string, string, readonly string[]]>([
  ["fish", "set -gx A 1\nset -gx HTTP_PROXY http://localhost:8080\n", ["HTTP_PROXY"]],
  ["csh", "setenv http_proxy http://localhost:8080\n", ["http_proxy"]],
  ["cmd", "set A=1\r\nset HTTPS_PROXY=http://localhost:8080\r\n", ["HTTPS_PROXY"]],
  ["TOML", 'A = "1"\nHTTP_PROXY = "http://localhost:8080"\n', ["HTTP_PROXY"]],
  ["several on a line", "export A=1 HTTP_PROXY=http://localhost:8080\n", ["HTTP_PROXY"]],
  ["YAML in flow style", "env: {A: '1', HTTP_PROXY: 'http://localhost:8080'}\n", ["HTTP_PROXY"]],
  ["a list that the run appended to", `NO_PROXY=${EXPORTED.NO_PROXY},more.test\n`, ["NO_PROXY"]],
  ["text about it", "A=1\nHTTP_PROXY is set by spacetail\n", []],
])("what is left in an unknown form is named, and stays: %s", (_, file, names) => {
  expect(undoExports(file, EXPORTED, {}, {})).toBe(file);
  expect(remainingNames(file, EXPORTED, {}, {})).toEqual(names);
});

test("of JSON the blanks and line breaks around what goes away stay in order", () => {
  const file =
    '{\n  "HTTP_PROXY": "http://localhost:8080",\n  "A": "1" ,\n  "https_proxy":"http://localhost:8080"\n}\n';
  expect(undoExports(file, EXPORTED, {}, {})).toBe('{\n  "A": "1"\n}\n');
  expect(undoExports('["HTTP_PROXY=http://localhost:8080"]', EXPORTED, {}, {})).toBe("[]");
  expect(
    undoExports('{"A":"1","A2":[{"name":"HTTP_PROXY","value":"http://localhost:8080","s":true}]}', EXPORTED, {}, {}),
  ).toBe('{"A":"1","A2":[]}');
});

test.each(["{", '{"A":', '{"A":"1"} x', "[".repeat(10_000), '{"A" "1"}', '{"HTTP_PROXY":"http://localhost:8080"'])(
  "what only begins like JSON stays: %j",
  (file) => {
    expect(undoExports(file, EXPORTED, {}, {})).toBe(file);
  },
);

test("comments, documents and blocks of YAML stay", () => {
  const file = [
    "# HTTP_PROXY: http://localhost:8080",
    "---",
    "env:",
    "  HTTP_PROXY: http://localhost:8080 # ours",
    "  SCRIPT: |",
    "    first",
    "",
    "    HTTP_PROXY: http://localhost:8080",
    "  NO: no",
    'list: [a, "b"]',
    "",
  ];
  const left = undoExports(file.join("\n"), EXPORTED, {}, {});
  expect(left).toBe(file.filter((_, at) => at !== 3).join("\n"));
});

/** Any text at all, good or bad in every format. */
const anything = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          '"',
          "'",
          "\n",
          "\r\n",
          "\0",
          "- ",
          "  ",
          "export ",
          "declare -x ",
          "=",
          "\\",
        ],
        ...[
          "HTTP_PROXY",
          "http://localhost:8080",
          '"HTTP_PROXY"',
          '"http://localhost:8080"',
          "name: ",
          "value: ",
          "|",
          "A",
        ],
      ),
      line,
    ),
    { maxLength: 30 },
  )
  .map((pieces) => pieces.join(""));

test("any text is taken, and undoing twice is the same as undoing once", () => {
  holds(
    anything,
    (file) => {
      const once = undoExports(file, EXPORTED, {}, {});
      expect(undoExports(once, EXPORTED, {}, {})).toBe(once);
      if (!PROXY_VARIABLES.some((name) => file.includes(name))) expect(once).toBe(file);
      remainingNames(once, EXPORTED, {}, {});
    },
    3_000,
  );
});

/** As files are read: bytes, as characters. */
function bytes(given: string): string {
  return Buffer.from(given).toString("latin1");
}

function asBytes(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, one]) => [name, bytes(one)]));
}
