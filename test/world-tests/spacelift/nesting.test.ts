// SPDX-License-Identifier: Apache-2.0
import { HOOK_LISTS, type Hooks, nestHooks, outermostFirst, strongestFirst } from "../../world/spacelift/index.js";

/** A context whose every hook says its name, as in the example of Spacelift's documentation. */
function echo(name: string): Hooks {
  return Object.fromEntries(HOOK_LISTS.map((list) => [list, [`echo ${name}`]])) as unknown as Hooks;
}

function context(name: string, priority: number | null) {
  return { name, priority, hooks: echo(name) };
}

const DOCUMENTED = [
  context("context_d", 5),
  context("context_a", null),
  context("context_c", 0),
  context("context_b", null),
];

describe("the order of contexts around a stack", () => {
  test("before hooks: explicit by priority, auto-attached in reverse alphabetical order, stack", () => {
    const { beforePlan } = nestHooks(DOCUMENTED, echo("stack"));

    expect(beforePlan).toEqual(["echo context_c", "echo context_d", "echo context_b", "echo context_a", "echo stack"]);
  });

  test("after hooks: stack, auto-attached in alphabetical order, explicit by reversed priority", () => {
    const { afterPlan, afterRun } = nestHooks(DOCUMENTED, echo("stack"));

    const documented = ["echo stack", "echo context_a", "echo context_b", "echo context_d", "echo context_c"];
    expect(afterPlan).toEqual(documented);
    expect(afterRun).toEqual(documented);
  });

  test("several hooks of one list keep their order", () => {
    const hooks = { ...echo("x"), beforePlan: ["one", "two"], afterPlan: ["three", "four"] };

    const nested = nestHooks([{ name: "x", priority: null, hooks }], {
      ...echo("stack"),
      beforePlan: [],
      afterPlan: [],
    });

    expect(nested.beforePlan).toEqual(["one", "two"]);
    expect(nested.afterPlan).toEqual(["three", "four"]);
  });

  test("a ZZZZZ- prefix makes an auto-attached context the outermost of its kind", () => {
    const names = outermostFirst([context("tailnet", null), context("ZZZZZ-tracing", null), context("app", null)]);

    expect(names.map(({ name }) => name)).toEqual(["ZZZZZ-tracing", "tailnet", "app"]);
  });

  test("negative priorities come first", () => {
    const names = outermostFirst([context("zero", 0), context("minus", -1)]);

    expect(names.map(({ name }) => name)).toEqual(["minus", "zero"]);
  });

  test("values: explicit by priority, then auto-attached in alphabetical order", () => {
    const names = strongestFirst(DOCUMENTED).map(({ name }) => name);

    expect(names).toEqual(["context_c", "context_d", "context_a", "context_b"]);
  });

  test("the given list stays as it was", () => {
    const given = [context("b", 1), context("a", 0)];

    outermostFirst(given);
    strongestFirst(given);

    expect(given.map(({ name }) => name)).toEqual(["b", "a"]);
  });
});
