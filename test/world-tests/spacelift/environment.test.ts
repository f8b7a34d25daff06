// SPDX-License-Identifier: Apache-2.0
import { environmentOf, mergeStrongest, type Phase, type Variable } from "../../world/spacelift/index.js";

function variable(name: string, value: string): Variable {
  return { name, value, secret: false };
}

function merged(...sources: Variable[][]): Record<string, string> {
  return asRecord(mergeStrongest(sources, ({ name }) => name));
}

function asRecord(variables: readonly Variable[]): Record<string, string> {
  return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
}

describe("merging variables", () => {
  test("the strongest source wins, others fill in", () => {
    const stack = [variable("A", "stack")];
    const context = [variable("A", "context"), variable("B", "context")];

    expect(merged(stack, context)).toEqual({ A: "stack", B: "context" });
  });

  test("a variable that wins brings its own secrecy", () => {
    const secret = { name: "A", value: "s", secret: true };

    expect(mergeStrongest([[secret], [variable("A", "p")]], ({ name }) => name)).toEqual([secret]);
  });
});

describe("the prefixes ro_ and wo_", () => {
  const variables = [variable("ro_TOKEN", "read"), variable("wo_TOKEN", "write"), variable("PLAIN", "both")];

  test.each<Phase>(["init", "plan", "perform", "destroy"])("%s gets the read-only value", (phase) => {
    expect(asRecord(environmentOf(phase, variables))).toEqual({ TOKEN: "read", PLAIN: "both" });
  });

  test("apply gets the write-only value", () => {
    expect(asRecord(environmentOf("apply", variables))).toEqual({ TOKEN: "write", PLAIN: "both" });
  });

  test("a phase that the prefix leaves out gets nothing", () => {
    expect(environmentOf("plan", [variable("wo_TOKEN", "write")])).toEqual([]);
    expect(environmentOf("apply", [variable("ro_TOKEN", "read")])).toEqual([]);
  });

  test("only a lower-case prefix counts", () => {
    expect(asRecord(environmentOf("apply", [variable("RO_TOKEN", "x"), variable("row", "y")]))).toEqual({
      RO_TOKEN: "x",
      row: "y",
    });
  });

  test("a prefixed value wins over a plain one of the same name", () => {
    const both = [variable("TOKEN", "plain"), variable("wo_TOKEN", "write")];

    expect(asRecord(environmentOf("apply", both))).toEqual({ TOKEN: "write" });
    expect(asRecord(environmentOf("plan", both))).toEqual({ TOKEN: "plain" });
  });
});
