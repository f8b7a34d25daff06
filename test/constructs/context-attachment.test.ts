// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's references are written like that
import { TerraformVariable } from "cdktf";
import { TailnetContext } from "../../constructs/index.js";
import { newStack, only, synthesize } from "./manifest.js";

function attachmentsWith(build: (context: TailnetContext) => void) {
  return synthesize((stack) => {
    build(new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { authKey: "k" } }));
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

test("a stack whose id only Terraform knows needs a name", () => {
  const manifest = synthesize((stack) => {
    const id = new TerraformVariable(stack, "id", { type: "string" }).stringValue;
    const context = new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { authKey: "k" } });
    context.attachTo(id, { id: "web" });
    expect(() => context.attachTo(id)).toThrow(
      "TailnetContext 'app/tailnet': id must be given, because stackId is a token",
    );
    expect(() => context.attachTo("a", { id })).toThrow("TailnetContext 'app/tailnet': id must not be a token");
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

test.each<[string, (context: TailnetContext) => unknown]>([
  ['stackId must not be empty, but "" was given', (c) => c.attachTo("")],
  ["moduleId must be given", (c) => c.attachToModule(undefined as never)],
  ['id must not be empty, but "" was given', (c) => c.attachTo("a", { id: "" })],
  ["priority must be a whole number, but 1.5 was given", (c) => c.attachTo("a", { priority: 1.5 })],
  [
    'id must not be given twice, but "stack:a" is there already',
    (c) => [c.attachTo("a"), c.attachTo("b", { id: "a" })],
  ],
])("%s", (problem, attach) => {
  const context = new TailnetContext(newStack(), "tailnet", { name: "t", auth: { authKey: "k" } });
  expect(() => attach(context)).toThrow(`TailnetContext 'app/tailnet': ${problem}`);
});
