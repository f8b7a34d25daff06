// SPDX-License-Identifier: Apache-2.0
// Terraform without a proxy variable: its backend, a provider in a child process and what that starts are captured.
import { existsSync } from "node:fs";
import { accessTo, describeInContainers, nodesLeft, PATIENT, Stage, useWorld } from "./stage.js";
import { ENVIRONMENT, installProject, PROVIDER, SERVERS, TERRAFORM } from "./terraform-project.js";

const STATE = "http://state/state/captured";

describeInContainers("Terraform, captured", () => {
  const world = useWorld();
  let stage: Stage;

  beforeAll(async () => {
    const { tailnet } = world();
    stage = await Stage.open("native", {
      ...(await accessTo(tailnet)),
      ...PATIENT,
      ...ENVIRONMENT,
    });
    installProject(stage.workspace, "db.tail.test:15432", STATE);
    const up = await stage.run("spacetail up --watch none");
    if (up.code !== 0) throw new Error(up.text);
  });
  afterAll(async () => {
    await stage?.run("spacetail down");
    await stage?.close();
  });

  const captured = async (command: string): Promise<string> => {
    const line = `cd project && env | grep -ci '^https*_proxy='; spacetail run --capture=on -- ${TERRAFORM} ${command} 2>&1`;
    const output = await stage.run(line);
    if (output.code !== 0) throw new Error(output.text);
    return output.text;
  };

  const isThere = existsSync(PROVIDER);
  if (!isThere) console.warn(`skipped: Terraform, captured: there is no ${PROVIDER}`);
  const here = isThere ? test : test.skip;

  here("init, plan, apply and destroy reach the backend and the provider's database by name", async () => {
    // WHEN Terraform does all that it does in a run, without a proxy variable
    expect(await captured("init -input=false -no-color")).toMatch(/^0\n[\s\S]*successfully initialized/);
    expect(await captured("plan -input=false -no-color -out=plan")).toContain("database_role.app will be created");
    const applied = await captured("apply -input=false -no-color plan");
    // THEN the provider and what Terraform starts have been on the tailnet
    expect(applied).toContain(`up = ${SERVERS}`);
    expect(applied).toContain("hello from the tailnet");
    // AND the backend has the state
    const state = await stage.run(`spacetail run --capture=on -- curl -sS ${STATE} 2>/dev/null`);
    expect(JSON.parse(state.text)).toMatchObject({ serial: 1, outputs: { up: { value: SERVERS } } });
    expect(await captured("destroy -input=false -no-color -auto-approve")).toContain("1 destroyed");
  });

  here("nothing is left when all is over", async () => {
    expect((await stage.run("spacetail down")).code).toBe(0);
    expect(await stage.leftovers()).toEqual([]);
    expect(await nodesLeft(world().tailnet)).toEqual([]);
  });
});
