// SPDX-License-Identifier: Apache-2.0
import { undoRecords } from "../../image/spacetail/environment/records.js";

const ours = { HTTP_PROXY: "http://localhost:8080", NO_PROXY: "localhost,.spacelift.io" };

describe("undoRecords, plain form", () => {
  test("takes out exactly our records", () => {
    const text = "A=1\nHTTP_PROXY=http://localhost:8080\nB=2\nNO_PROXY=localhost,.spacelift.io\n";
    expect(undoRecords(text, ours, {}, {})).toBe("A=1\nB=2\n");
  });

  test("keeps a variable of the same name with another value", () => {
    const text = "HTTP_PROXY=http://proxy.corp:3128\n";
    expect(undoRecords(text, ours, {}, {})).toBe(text);
  });

  test("keeps variables whose name only ends in ours", () => {
    const text = "MY_HTTP_PROXY=http://localhost:8080\nHTTP_PROXY_X=http://localhost:8080\n";
    expect(undoRecords(text, ours, {}, {})).toBe(text);
  });

  test("keeps a line of ours inside the value of another variable", () => {
    const script = "first\nHTTP_PROXY=http://localhost:8080\nlast";
    const text = `SCRIPT=${script}\nHTTP_PROXY=http://localhost:8080\n`;
    expect(undoRecords(text, ours, {}, { SCRIPT: script })).toBe(`SCRIPT=${script}\n`);
  });

  test("puts back what the run had before", () => {
    const text = "HTTP_PROXY=http://localhost:8080\nA=1\n";
    expect(undoRecords(text, ours, { HTTP_PROXY: "http://proxy.corp:3128" }, {})).toBe(
      "HTTP_PROXY=http://proxy.corp:3128\nA=1\n",
    );
  });

  test("works on a file without a newline at its end, and on an empty one", () => {
    expect(undoRecords("A=1\nHTTP_PROXY=http://localhost:8080", ours, {}, {})).toBe("A=1\n");
    expect(undoRecords("", ours, {}, {})).toBe("");
  });

  test("takes a value of several lines at the end of the file for one record", () => {
    const script = "first\nHTTP_PROXY=http://localhost:8080";
    expect(undoRecords(`SCRIPT=${script}`, ours, {}, { SCRIPT: script })).toBe(`SCRIPT=${script}`);
    expect(undoRecords(`SCRIPT=${script}x`, ours, {}, { SCRIPT: script })).toBe(`SCRIPT=${script}x`);
  });

  test("takes any name for one, such as a function of bash has", () => {
    const body = "() {  cat\nHTTP_PROXY=http://localhost:8080\n}";
    const text = `BASH_FUNC_f%%=${body}\nHTTP_PROXY=http://localhost:8080\n`;
    expect(undoRecords(text, ours, {}, { "BASH_FUNC_f%%": body })).toBe(`BASH_FUNC_f%%=${body}\n`);
  });

  test("is idempotent", () => {
    const once = undoRecords("HTTP_PROXY=http://localhost:8080\nA=b=c\n\n#x\n", ours, {}, {});
    expect(undoRecords(once, ours, {}, {})).toBe(once);
  });
});

describe("undoRecords, quoted forms", () => {
  test.each([
    [
      "dash and ash",
      "export A='1'\nexport HTTP_PROXY='http://localhost:8080'\nexport B='2'\n",
      "export A='1'\nexport B='2'\n",
    ],
    ["bash", 'declare -x A="1"\ndeclare -x HTTP_PROXY="http://localhost:8080"\n', 'declare -x A="1"\n'],
    ["unquoted", "export HTTP_PROXY=http://localhost:8080\nexport A=1\n", "export A=1\n"],
  ])("takes our records out of what %s prints", (_, text, left) => {
    expect(undoRecords(text, ours, {}, {})).toBe(left);
  });

  test.each([
    ["single quotes", "export SCRIPT='a\nexport HTTP_PROXY='\"'\"'http://localhost:8080'\"'\"'\nb'\n"],
    ["double quotes", 'declare -x SCRIPT="a\ndeclare -x HTTP_PROXY=\\"http://localhost:8080\\"\nb"\n'],
    ["ANSI quotes", "declare -x SCRIPT=$'a\\ndeclare -x HTTP_PROXY=\"http://localhost:8080\"\\nb'\n"],
  ])("keeps a line of ours inside a value in %s", (_, text) => {
    expect(undoRecords(text, ours, {}, {})).toBe(text);
  });

  test("reads escapes of double quotes", () => {
    const value = 'a"b$c`d\\e';
    const text = 'declare -x V="a\\"b\\$c\\`d\\\\e"\n';
    expect(undoRecords(text, { V: value }, {}, {})).toBe("");
  });

  test("keeps a variable that is exported without a value, and a quote that never closes", () => {
    const text = "declare -x EMPTY\nexport BROKEN='x\n";
    expect(undoRecords(text, ours, {}, {})).toBe(text);
  });

  test("quotes what it puts back", () => {
    const text = "export HTTP_PROXY='http://localhost:8080'\n";
    expect(undoRecords(text, ours, { HTTP_PROXY: "http://it's" }, {})).toBe("export HTTP_PROXY='http://it'\\''s'\n");
  });
});
