// SPDX-License-Identifier: Apache-2.0
import { undoExports } from "../../image/spacetail/proxies/environment-file.js";

const exported = { HTTP_PROXY: "http://localhost:8080", NO_PROXY: "localhost,.spacelift.io" };

describe("undoExports, plain form", () => {
  test("removes exactly the exported variables", () => {
    const text = "A=1\nHTTP_PROXY=http://localhost:8080\nB=2\nNO_PROXY=localhost,.spacelift.io\n";
    expect(undoExports(text, exported, {}, {})).toBe("A=1\nB=2\n");
  });

  test("keeps a variable of the same name with another value", () => {
    const text = "HTTP_PROXY=http://proxy.corp:3128\n";
    expect(undoExports(text, exported, {}, {})).toBe(text);
  });

  test("keeps variables with a similar name", () => {
    const text = "MY_HTTP_PROXY=http://localhost:8080\nHTTP_PROXY_X=http://localhost:8080\n";
    expect(undoExports(text, exported, {}, {})).toBe(text);
  });

  test("keeps a line that looks exported inside the value of another variable", () => {
    const script = "first\nHTTP_PROXY=http://localhost:8080\nlast";
    const text = `SCRIPT=${script}\nHTTP_PROXY=http://localhost:8080\n`;
    expect(undoExports(text, exported, {}, { SCRIPT: script })).toBe(`SCRIPT=${script}\n`);
  });

  test("puts back what the run had before", () => {
    const text = "HTTP_PROXY=http://localhost:8080\nA=1\n";
    expect(undoExports(text, exported, { HTTP_PROXY: "http://proxy.corp:3128" }, {})).toBe(
      "HTTP_PROXY=http://proxy.corp:3128\nA=1\n",
    );
  });

  test("works on a file without a newline at its end, and on an empty one", () => {
    expect(undoExports("A=1\nHTTP_PROXY=http://localhost:8080", exported, {}, {})).toBe("A=1\n");
    expect(undoExports("", exported, {}, {})).toBe("");
  });

  test("treats a value of several lines at the end of the file as one record", () => {
    const script = "first\nHTTP_PROXY=http://localhost:8080";
    expect(undoExports(`SCRIPT=${script}`, exported, {}, { SCRIPT: script })).toBe(`SCRIPT=${script}`);
    expect(undoExports(`SCRIPT=${script}x`, exported, {}, { SCRIPT: script })).toBe(`SCRIPT=${script}x`);
  });

  test("accepts any name, such as that of a bash function", () => {
    const body = "() {  cat\nHTTP_PROXY=http://localhost:8080\n}";
    const text = `BASH_FUNC_f%%=${body}\nHTTP_PROXY=http://localhost:8080\n`;
    expect(undoExports(text, exported, {}, { "BASH_FUNC_f%%": body })).toBe(`BASH_FUNC_f%%=${body}\n`);
  });

  test("is idempotent", () => {
    const once = undoExports("HTTP_PROXY=http://localhost:8080\nA=b=c\n\n#x\n", exported, {}, {});
    expect(undoExports(once, exported, {}, {})).toBe(once);
  });
});

describe("undoExports, quoted forms", () => {
  test.each([
    [
      "dash and ash",
      "export A='1'\nexport HTTP_PROXY='http://localhost:8080'\nexport B='2'\n",
      "export A='1'\nexport B='2'\n",
    ],
    ["bash", 'declare -x A="1"\ndeclare -x HTTP_PROXY="http://localhost:8080"\n', 'declare -x A="1"\n'],
    ["unquoted", "export HTTP_PROXY=http://localhost:8080\nexport A=1\n", "export A=1\n"],
  ])("removes the exported variables from what %s prints", (_, text, left) => {
    expect(undoExports(text, exported, {}, {})).toBe(left);
  });

  test.each([
    ["single quotes", "export SCRIPT='a\nexport HTTP_PROXY='\"'\"'http://localhost:8080'\"'\"'\nb'\n"],
    ["double quotes", 'declare -x SCRIPT="a\ndeclare -x HTTP_PROXY=\\"http://localhost:8080\\"\nb"\n'],
    ["ANSI quotes", "declare -x SCRIPT=$'a\\ndeclare -x HTTP_PROXY=\"http://localhost:8080\"\\nb'\n"],
  ])("keeps a line that looks exported inside a value in %s", (_, text) => {
    expect(undoExports(text, exported, {}, {})).toBe(text);
  });

  test("reads escapes of double quotes", () => {
    const value = 'a"b$c`d\\e';
    const text = 'declare -x V="a\\"b\\$c\\`d\\\\e"\n';
    expect(undoExports(text, { V: value }, {}, {})).toBe("");
  });

  test("keeps a variable that is exported without a value, and a quote that never closes", () => {
    const text = "declare -x EMPTY\nexport BROKEN='x\n";
    expect(undoExports(text, exported, {}, {})).toBe(text);
  });

  test("quotes what it puts back", () => {
    const text = "export HTTP_PROXY='http://localhost:8080'\n";
    expect(undoExports(text, exported, { HTTP_PROXY: "http://it's" }, {})).toBe(
      "export HTTP_PROXY='http://it'\\''s'\n",
    );
  });
});
