// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's references are written like that
import { TerraformVariable } from "cdktf";
import { TailnetContext } from "../../constructs/index.js";
import { GOOD } from "../mistakes.js";
import { newStack, only, synthesize } from "./manifest.js";

function attachmentsWith(build: (context: TailnetContext) => void) {
  return synthesize((stack) => {
    build(new TailnetContext(stack, "tailnet", GOOD));
  });
}

test("a context is attached to a stack, with a priority", () => {
  const manifest = attachmentsWith((context) => context.attachTo("web", { priority: 3 }));
  const [id] = Object.keys(manifest.resource.spacelift_context ?? {});
  expect(only(manifest, "spacelift_context_attachment")).toEqual({
    context_id: `\${spacelift_context.${id}.id}`,
    stack_id: "web",
    priority: 3,
  });
});

test("a context is attached to a module", () => {
  const manifest = attachmentsWith((context) => context.attachToModule("terraform-aws"));
  expect(only(manifest, "spacelift_context_attachment")).toMatchObject({ module_id: "terraform-aws" });
  expect(only(manifest, "spacelift_context_attachment")).not.toHaveProperty("priority");
});

test("a stack whose id only Terraform knows needs an ID for the attachment", () => {
  const manifest = synthesize((stack) => {
    const id = new TerraformVariable(stack, "id", { type: "string" }).stringValue;
    const context = new TailnetContext(stack, "tailnet", GOOD);
    context.attachTo(id, { id: "web" });
    expect(() => context.attachTo(id)).toThrow(
      "TailnetContext 'app/tailnet': id must be given, because stackId is a token",
    );
    expect(() => context.attachTo("a", { id })).toThrow(
      "TailnetContext 'app/tailnet': id must be known when the program runs, so it must not be a token",
    );
  });
  expect(only(manifest, "spacelift_context_attachment").stack_id).toBe("${var.id}");
});

test("attachments keep their logical ids when others come, go or change places", () => {
  const ids = (...stacks: string[]) => {
    const manifest = attachmentsWith((context) => {
      for (const stack of stacks) context.attachTo(stack);
      context.attachToModule("a");
    });
    const all = Object.entries(manifest.resource.spacelift_context_attachment ?? {});
    return Object.fromEntries(all.map(([id, { stack_id, module_id }]) => [`${stack_id} ${module_id}`, id]));
  };
  expect(ids("a", "b", "c")).toEqual(ids("c", "a", "b"));
  expect(ids("a", "b", "c")).toMatchObject(ids("b"));
});

test("attachments as props are those that the methods add", () => {
  const attachments = [
    { stackId: "web", priority: 3 },
    { moduleId: "terraform-aws", id: "aws" },
  ];
  const added = attachmentsWith((context) => {
    context.attachTo("web", { priority: 3 });
    context.attachToModule("terraform-aws", { id: "aws" });
  });
  expect(synthesize((stack) => new TailnetContext(stack, "tailnet", { ...GOOD, attachments }))).toEqual(added);
});

test.each<[string, (context: TailnetContext) => unknown]>([
  ['stackId must not be empty, but "" was given', (c) => c.attachTo("")],
  ["attachment must have exactly one of stackId, moduleId", (c) => c.attachToModule(undefined as never)],
  ['priority must be a whole number, but "1" was given', (c) => c.attachTo("a", { priority: "1" } as never)],
  ["options must be an object, but 3 was given", (c) => c.attachTo("a", 3 as never)],
  ["stack is not an option: did you mean stackId?", (c) => c.attachTo("a", { stack: "b" } as never)],
  ['stackId must not be attached twice, but "a" was given', (c) => [c.attachTo("a"), c.attachTo("a", { id: "b" })]],
  ['moduleId must not be attached twice, but "a" was given', (c) => [c.attachToModule("a"), c.attachToModule("a")]],
  ["id must not be the name of another attachment", (c) => [c.attachTo("a"), c.attachTo("b", { id: "a" })]],
])("%s", (problem, attach) => {
  const context = new TailnetContext(newStack(), "tailnet", GOOD);
  expect(() => attach(context)).toThrow(new Error(`TailnetContext 'app/tailnet': ${problem}`));
});

test("a stack that is attached as a prop is not attached again by a method", () => {
  const context = new TailnetContext(newStack(), "tailnet", { ...GOOD, attachments: [{ stackId: "a" }] });
  expect(() => context.attachTo("a")).toThrow("stackId must not be attached twice");
});

test("a stack and a module may have the same ID", () => {
  const context = new TailnetContext(newStack(), "tailnet", GOOD);
  context.attachTo("a");
  expect(() => context.attachToModule("a")).not.toThrow();
});
