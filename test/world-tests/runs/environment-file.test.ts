// SPDX-License-Identifier: Apache-2.0
import { parseEnvironmentFile } from "../../world/runs/index.js";

describe("the env format", () => {
  test("is one variable a line, with lines that begin none belonging to the one before", () => {
    const text = "A=1\nB=two words\nC=first\n second\n\nthird=not a name? it is\nD=\n";
    expect(parseEnvironmentFile(text, "env")).toEqual({
      A: "1",
      B: "two words",
      C: "first\n second\n",
      third: "not a name? it is",
      D: "",
    });
  });

  test("keeps functions that bash exports in one piece", () => {
    const text = "BASH_FUNC_f%%=() {  echo hi\n}\nA=1\n";
    expect(parseEnvironmentFile(text, "env")).toEqual({ "BASH_FUNC_f%%": "() {  echo hi\n}", A: "1" });
  });

  test("must begin with a variable", () => {
    expect(() => parseEnvironmentFile("nothing\nA=1\n", "env")).toThrow('line 1 begins no variable: "nothing"');
  });
});

describe("the export format", () => {
  test.each([
    ["dash and ash", "export A='it'\"'\"'s'\n", "it's"],
    ["dash, several lines", "export A='a\nexport B=c\n'\n", "a\nexport B=c\n"],
    ["bash", 'declare -x A="d\\"q\\$x\\`y\\\\z"\n', 'd"q$x`y\\z'],
    ["bash, read-only", 'declare -rx A="x"\n', "x"],
    ["bash, several lines", "declare -x A=$'it\\'s\\nmulti\\tx\\001'\n", "it's\nmulti\tx\u0001"],
    ["bash, beyond ASCII", "declare -x A=$'\\303\\274\\xe2\\x82\\xac'\n", "ü€"],
    ["bash in POSIX mode", 'export A="x y"\n', "x y"],
    ["no quotes", "export A=plain\\ word\n", "plain word"],
    ["empty", "export A=''\n", ""],
  ])("of %s", (_shell, text, value) => {
    expect(parseEnvironmentFile(`${text}export LAST='1'\n`, "export")).toEqual({ A: value, LAST: "1" });
  });

  test("leaves out names without a value, and what every shell sets for itself", () => {
    const text = "export A\nexport B='1'\nexport PWD='/'\ndeclare -x OLDPWD\nexport SHLVL='2'\nexport _='x'\n";
    expect(parseEnvironmentFile(text, "export")).toEqual({ B: "1" });
  });

  test.each([
    ["a plain record", "export A='1'\nB=2\n", "line 2"],
    ["an open quote", "export A='1\n", "quote is not closed"],
    ["something after a value", "export A='1' B='2'\n", "line 1"],
  ])("refuses %s", (_what, text, message) => {
    expect(() => parseEnvironmentFile(text, "export")).toThrow(message);
  });
});
