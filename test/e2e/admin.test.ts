// SPDX-License-Identifier: Apache-2.0
import { AdminStack } from "../world/admin/admin-stack.js";
import type { RunResult } from "../world/runs/index.js";
import { runConfiguration } from "../world/spacelift/index.js";
import { describeInContainers, useWorld } from "./stage.js";

describeInContainers("an admin stack deploys the example", () => {
  const world = useWorld();
  let admin: AdminStack;

  beforeAll(async () => {
    admin = await AdminStack.create(world(), { role: null });
  });
  afterAll(() => admin.close());

  const linesOf = (run: RunResult, phase: string) =>
    run.logs.filter((line) => line.phase === phase).map(({ text }) => text);

  test("without a role its run may plan, but changes nothing", async () => {
    const run = await admin.run("tracked", { autodeploy: true });

    expect(run.state).toBe("FAILED");
    expect(linesOf(run, "plan").at(-1)).toBe("Plan: 5 to add, 0 to change, 0 to destroy.");
    expect(linesOf(run, "apply").at(-1)).toMatch(
      /^Error: spacelift_context\.\w+: unauthorized - Note: the stack's role/,
    );
    expect(world().spacelift.account.contexts.list()).toEqual([]);
  });

  test("with a role it deploys after confirmation, in another container", async () => {
    const { account } = world().spacelift;
    const roleID = account.roles.bySlug("space-admin")?.id ?? "";
    account.roleBindings.create({ roleID, stackID: AdminStack.ID, spaceID: "legacy" });

    const run = await admin.run("tracked");

    expect({ state: run.state, failure: run.failure }).toEqual({ state: "FINISHED", failure: null });
    expect(run.outputs?.values?.stack_label?.value).toBe("tailnet");
    account.stacks.add({ name: "web", labels: ["tailnet"] });
    const { contexts, hooks, environment } = runConfiguration(account, "web");
    expect(contexts.map(({ name }) => name)).toEqual(["tailnet"]);
    expect(hooks.beforePlan[0]).toBe("spacetail up --watch $$");
    const secret = environment.find(({ name }) => name === "TS_OAUTH_CLIENT_SECRET");
    expect(secret).toMatchObject({ secret: true, value: expect.stringMatching(/^tskey-client-/) });

    // Nobody reads in the log what the run knows, and it knows its token only where Spacelift gives it one.
    const logs = run.logs.map(({ text }) => text).join("\n");
    expect(logs).not.toContain(secret?.value);
    expect(logs).not.toContain(world().tailnet.info.admin.clientSecret);
    const told = run.phases.map(({ name, environmentFile }) => [
      name,
      "SPACELIFT_API_TOKEN" in (environmentFile ?? {}),
    ]);
    expect(told).toEqual([
      ["init", false],
      ["plan", true],
      ["apply", true],
    ]);
    expect(Object.keys(run.phases[0]?.environmentFile ?? {})).toContain("TF_HTTP_ADDRESS");
  });

  test("once more there is nothing to do, and everything stays as it was", async () => {
    const before = admin.state;

    const run = await admin.run("tracked");

    expect(run.state).toBe("FINISHED");
    expect(run.phases.map(({ name }) => name)).toEqual(["init", "plan"]);
    expect(linesOf(run, "plan")).toEqual(["No changes."]);
    expect(admin.state).toEqual(before);
  });

  test("a run that destroys leaves nothing", async () => {
    const run = await admin.run("destroy");

    expect(run.state).toBe("FINISHED");
    expect(world().spacelift.account.contexts.list()).toEqual([]);
    expect(admin.state?.resources).toEqual([]);
  });

  const providers = process.env.SPACETAIL_PROVIDERS;
  if (providers === undefined) {
    console.warn("skipped: with Terraform itself: SPACETAIL_PROVIDERS names no filesystem mirror of the providers");
  }
  (providers === undefined ? test.skip : test)("with Terraform itself and the providers it is the same", async () => {
    const { account } = world().spacelift;
    account.stacks.delete(AdminStack.ID);
    const real = await AdminStack.create(world(), { providers });

    const deployed = await real.run("tracked", { autodeploy: true });
    const again = await real.run("tracked");
    const destroyed = await real.run("destroy");
    await real.close();

    expect([deployed, again, destroyed].map(({ state, failure }) => failure ?? state)).toEqual(
      Array(3).fill("FINISHED"),
    );
    expect(linesOf(deployed, "plan").join("\n")).toContain("Plan: 5 to add, 0 to change, 0 to destroy.");
    expect(deployed.outputs?.values?.stack_label?.value).toBe("tailnet");
    expect(again.phases.map(({ name }) => name)).toEqual(["init", "plan"]);
    expect(account.contexts.list()).toEqual([]);
  });
});
