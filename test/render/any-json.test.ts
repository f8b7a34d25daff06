// SPDX-License-Identifier: Apache-2.0
// Whatever a file of options holds is rendered or refused by name, and what programs take too is refused in their
// words.
import { App, TerraformStack } from "cdktf";
import fc from "fast-check";
import { Tailnet, TailnetContext } from "../../constructs/index.js";
import { CONTEXT_OPTIONS, RENDER_OPTIONS, TAILNET_OPTIONS } from "../../contract/options/context-options.js";
import { FORMATS, flatten, type Option } from "../../contract/options/option.js";
import { holds } from "../property.js";
import { runWithOptions } from "./command.js";
import { OPTION_SETS } from "./option-sets.js";

/** Names of options and of their members, and some that are neither. */
const NAMES = [
  ...new Set([
    ...flatten(RENDER_OPTIONS).map(({ option }) => option.name),
    ...RENDER_OPTIONS.flatMap(({ members = [] }) => members.map(({ name }) => name)),
    ..."__proto__ constructor toString phase autoAttach space count forEach provider dependsOn line\nbreak".split(" "),
  ]),
];

/** Texts that some rule is about. */
const WORDS = ["", " ", "a", "plan", "apply", "run", "tag:a", "*", "root", "read", "db:5432", "1m", "acme", "file:/a"];

const leaf = fc.oneof(fc.constantFrom(...WORDS, ...NAMES), fc.boolean(), fc.integer(), fc.double(), fc.constant(null));

/** Any JSON value, most of whose names are those of options. */
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.oneof(fc.constantFrom(...NAMES), fc.string({ maxLength: 5 })), tie("value")), { maxLength: 4 })
      .map((members) => Object.fromEntries(members)),
  ),
})).value;

/** A problem: the option that it is about, and what that must be. */
const PROBLEM = /^spacetail render: (options|[^\s].*?)(\[\d+\])? (must |is not an option|is not supported)/;

test.each(FORMATS)("%s renders any JSON value, or says what is wrong with it", (format) => {
  holds(
    json,
    (options) => {
      const { status, out, err } = runWithOptions(format, options);
      if (status === 0) expect({ err, isEmpty: out === "" }).toEqual({ err: "", isEmpty: false });
      else {
        expect({ status, out }).toEqual({ status: 1, out: "" });
        for (const line of err.trimEnd().split("\n")) expect(line).toMatch(PROBLEM);
      }
    },
    300,
  );
});

test.each(FORMATS)("%s notices any wrong value among right ones", (format) => {
  const sets = Object.values(OPTION_SETS).filter(({ formats }) => formats.includes(format));
  const changed = fc.constantFrom(...sets).chain(({ options }) => {
    const names = Object.keys(options);
    return fc.record({ options: fc.constant(options), name: fc.constantFrom("name", ...names), value: json });
  });
  holds(
    changed,
    ({ options, name, value }) => {
      const { status, err } = runWithOptions(format, { ...options, [name]: value });
      expect(status === 0 || (status === 1 && err !== "")).toBe(true);
      for (const line of err === "" ? [] : err.trimEnd().split("\n")) expect(line).toMatch(PROBLEM);
    },
    200,
  );
});

/** What constructs say is wrong, one sentence each. */
function problemsInPrograms(make: (stack: TerraformStack) => unknown): readonly string[] {
  try {
    make(new TerraformStack(new App(), "app"));
    return [];
  } catch (error) {
    const { problems } = error as { readonly problems?: readonly string[] };
    if (problems === undefined) throw error;
    return problems;
  }
}

function problemsInHcl(options: object): string[] {
  const { status, err } = runWithOptions("hcl", options);
  const lines = status === 0 ? [] : err.trimEnd().split("\n");
  return lines.map((line) => line.replace("spacetail render: ", ""));
}

/** Those of an output's options that programs take in the same form. */
const shared = (options: readonly Option[]) => {
  const others = ["auth", "secretEnvironment", "files"];
  return options.filter(({ name }) => !others.includes(name)).map(({ name }) => name);
};

describe("whatever the value of an option is, programs say the same", () => {
  test.each(shared(CONTEXT_OPTIONS).map((name) => [name]))("TailnetContext: %s", (name) => {
    holds(
      json,
      (value) => {
        const inPrograms = problemsInPrograms(
          (stack) => new TailnetContext(stack, "c", { name: "a", auth: { authKey: "key" }, [name]: value } as never),
        );
        expect(problemsInHcl({ name: "a", auth: { authKey: true }, [name]: value })).toEqual(inPrograms);
      },
      25,
    );
  });

  test.each(shared(TAILNET_OPTIONS).map((name) => [name]))("Tailnet: %s", (name) => {
    holds(
      json,
      (value) => {
        const inPrograms = problemsInPrograms((stack) => new Tailnet(stack, "t", { [name]: value } as never));
        expect(problemsInHcl({ [name]: value })).toEqual(inPrograms);
      },
      25,
    );
  });
});
