// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of shells and Terraform hold such placeholders
import { TerraformVariable } from "cdktf";
import { TailnetContext, type TailnetContextProps, type TailnetHook } from "../../constructs/index.js";
import { newStack, only, synthesize } from "./manifest.js";

function contextWith(build: (context: TailnetContext) => void, props: Partial<TailnetContextProps> = {}) {
  const manifest = synthesize((stack) => {
    build(
      new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { authKey: "k" }, phases: ["plan"], ...props }),
    );
  });
  return only(manifest, "spacelift_context");
}

const OURS = contextWith(() => {}) as { readonly before_plan: string[]; readonly after_plan: string[] };

test("own hooks run inside the tunnel, in the order in which they were added", () => {
  const context = contextWith((tailnet) => {
    tailnet.addBeforeHook("plan", "a");
    tailnet.addAfterHook("plan", "c");
    tailnet.addBeforeHook("plan", "b");
    tailnet.addAfterHook("plan", "d");
  });
  expect(context.before_plan).toEqual([...OURS.before_plan, "a", "b"]);
  expect(context.after_plan).toEqual(["c", "d", ...OURS.after_plan]);
});

test("own hooks can run outside of it", () => {
  const context = contextWith((tailnet) => {
    tailnet.addBeforeHook("plan", "inside");
    tailnet.addBeforeHook("plan", "out", { outsideTunnel: true });
    tailnet.addAfterHook("plan", "out", { outsideTunnel: true });
  });
  expect(context.before_plan).toEqual(["out", ...OURS.before_plan, "inside"]);
  expect(context.after_plan).toEqual([...OURS.after_plan, "out"]);
});

test("phases off the tailnet, and the end of a run, can have hooks too", () => {
  const context = contextWith((tailnet) => {
    tailnet.addBeforeHook("init", "npm ci");
    tailnet.addAfterHook("run", "echo $TF_VAR_spacelift_final_run_state");
  });
  expect(context.before_init).toEqual(["npm ci"]);
  expect(context.after_run).toEqual(["echo $TF_VAR_spacelift_final_run_state"]);
  expect(context).not.toHaveProperty("after_init");
});

test("hooks are taken literally, and tokens in them arrive as references", () => {
  const manifest = synthesize((stack) => {
    const text = new TerraformVariable(stack, "text", { type: "string" }).stringValue;
    const tailnet = new TailnetContext(stack, "tailnet", { name: "t", auth: { authKey: "k" }, phases: ["apply"] });
    tailnet.addBeforeHook("plan", 'echo "${HOME:-x}" %{y}');
    tailnet.addBeforeHook("plan", `echo ${text}`);
    tailnet.addBeforeHook("plan", text);
  });
  expect(only(manifest, "spacelift_context").before_plan).toEqual([
    'echo "$${HOME:-x}" %%{y}',
    "echo ${var.text}",
    "${var.text}",
  ]);
});

test("what the program did to other lists by hand stays", () => {
  const context = contextWith((tailnet) => {
    tailnet.resource.beforeApply = ["by hand"];
    tailnet.addBeforeHook("plan", "a");
  });
  expect(context.before_apply).toEqual(["by hand"]);
});

test.each<[string, (context: TailnetContext) => void]>([
  [
    'phase must be one of init, plan, apply, perform, destroy, but "run" was given',
    (c) => c.addBeforeHook("run" as never, "a"),
  ],
  [
    'phase must be one of init, plan, apply, perform, destroy, run, but "deploy" was given',
    (c) => c.addAfterHook("deploy" as never, "a"),
  ],
  ["command must be given", (c) => c.addAfterHook("plan", undefined as never)],
  ["options must be an object, but true was given", (c) => c.addBeforeHook("plan", "a", true as never)],
  [
    "outside is not an option: did you mean outsideTunnel?",
    (c) => c.addAfterHook("plan", "a", { outside: 1 } as never),
  ],
  [
    "command must not set an EXIT trap unless exitTrap is false: it would replace the trap that takes the tunnel down, " +
      'but "trap a EXIT" was given',
    (c) => c.addBeforeHook("plan", "trap a EXIT"),
  ],
])("%s", (problem, add) => {
  const context = new TailnetContext(newStack(), "tailnet", { name: "t", auth: { authKey: "k" } });
  expect(() => add(context)).toThrow(new Error(`TailnetContext 'app/tailnet': ${problem}`));
});

test("hooks as props are those that the methods add, and methods add to them", () => {
  const added = contextWith((tailnet) => {
    tailnet.addBeforeHook("plan", "a");
    tailnet.addBeforeHook("init", "b", { outsideTunnel: true });
    tailnet.addAfterHook("plan", "c", { outsideTunnel: true });
    tailnet.addAfterHook("run", "d");
  });
  const beforeHooks: TailnetHook[] = [
    { phase: "plan", command: "a" },
    { phase: "init", command: "b", outsideTunnel: true },
  ];
  const afterHooks: TailnetHook[] = [
    { phase: "plan", command: "c", outsideTunnel: true },
    { phase: "run", command: "d" },
  ];
  expect(contextWith(() => {}, { beforeHooks, afterHooks })).toEqual(added);
  const mixed = contextWith((tailnet) => tailnet.addAfterHook("run", "d"), {
    beforeHooks,
    afterHooks: [afterHooks[0]] as never,
  });
  expect(mixed).toEqual(added);
});

test("without our trap the program may set one", () => {
  const context = contextWith((tailnet) => tailnet.addBeforeHook("plan", "trap a EXIT"), { exitTrap: false });
  expect(context.before_plan).toContain("trap a EXIT");
});
