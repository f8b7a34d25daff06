// SPDX-License-Identifier: Apache-2.0
import { TerraformStack, TerraformVariable, Testing } from "cdktf";
import { Construct } from "constructs";
import { spacelift, Tailnet, TailnetContext, type TailnetContextOptions } from "../../constructs/index.js";
import { newStack } from "./manifest.js";

const auth = { authKey: "key" };

/** What synthesis says; empty if it passes. */
function synthesisOf(build: (stack: TerraformStack) => void): string {
  const stack = newStack();
  build(stack);
  try {
    Testing.synth(stack, true);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

test("two contexts of one name are refused at synthesis, wherever they are in a stack", () => {
  const said = synthesisOf((stack) => {
    new TailnetContext(stack, "first", { name: "tailnet", auth });
    new TailnetContext(new Construct(stack, "inner"), "second", { name: "tailnet", auth });
    new Tailnet(stack, "all");
    new TailnetContext(stack, "other", { name: "other", auth });
  });
  const line = (path: string) =>
    `TailnetContext '${path}': name must be unique in the account, but "tailnet" is also the name of TailnetContext 'app/first'`;
  expect(said).toContain(line("app/inner/second"));
  expect(said).toContain(line("app/all/context"));
  expect(said).not.toContain("'app/other'");
});

test("the name is the one that Spacelift gets", () => {
  const outermost = (stack: TerraformStack, name: string) => {
    new TailnetContext(stack, "first", { name: "tailnet", auth, outermost: true });
    new TailnetContext(stack, "second", { name, auth });
  };
  expect(synthesisOf((stack) => outermost(stack, "tailnet"))).toBe("");
  expect(synthesisOf((stack) => outermost(stack, "zzzzz-tailnet"))).toContain("name must be unique in the account");
});

test("each account, which is each provider, has names of its own", () => {
  const said = synthesisOf((stack) => {
    for (const account of ["a", "b"]) {
      const provider = new spacelift.SpaceliftProvider(stack, account, { alias: account });
      new TailnetContext(stack, `context-${account}`, { name: "tailnet", auth, provider });
    }
    new TailnetContext(stack, "context", { name: "tailnet", auth });
  });
  expect(said).toBe("");
  const same = synthesisOf((stack) => {
    const provider = new spacelift.SpaceliftProvider(stack, "a", { alias: "a" });
    for (const id of ["first", "second"]) new TailnetContext(stack, id, { name: "tailnet", auth, provider });
  });
  expect(same).toContain("TailnetContext 'app/second': name must be unique in the account");
  const alsoSame = synthesisOf((stack) => {
    const provider = stack.node.findChild("spacelift") as spacelift.SpaceliftProvider;
    new TailnetContext(stack, "first", { name: "tailnet", auth });
    new TailnetContext(stack, "second", { name: "tailnet", auth, provider });
  });
  expect(alsoSame).toContain("TailnetContext 'app/second': name must be unique in the account");
});

test("so has each stack, which can be deployed to another account", () => {
  const app = Testing.app();
  const stacks = ["dev", "prod"].map((id) => new TerraformStack(app, id));
  for (const stack of stacks) {
    new spacelift.SpaceliftProvider(stack, "spacelift");
    new TailnetContext(stack, "context", { name: "tailnet", auth });
  }
  for (const stack of stacks) expect(() => Testing.synth(stack, true)).not.toThrow();
});

test("names that only Terraform knows are not compared", () => {
  const said = synthesisOf((stack) => {
    const name = new TerraformVariable(stack, "name", { type: "string" }).stringValue;
    const options: TailnetContextOptions = { autoattach: "tailnet" };
    for (const id of ["first", "second"]) new TailnetContext(stack, id, { name, auth, ...options });
  });
  expect(said).toBe("");
});
