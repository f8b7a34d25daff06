// SPDX-License-Identifier: Apache-2.0
// Terraform with the proxy variables, for its backend and what it starts, and with a forward for a provider whose
// protocol knows no proxies.
import { existsSync } from "node:fs";
import { BUILDS } from "../world/images.js";
import { accessTo, describeInContainers, PATIENT, Stage, useWorld } from "./stage.js";
import { ENVIRONMENT, installProject, PROVIDER, SERVERS, TERRAFORM } from "./terraform-project.js";

const isThere = existsSync(PROVIDER);
if (!isThere) console.warn(`skipped: Terraform with a provider: there is no ${PROVIDER}`);

describeInContainers("Terraform with the variables that the hooks export, and a forward", () => {
  const world = useWorld();

  (isThere ? test : test.skip).each(BUILDS)("init, plan, apply and destroy: %s", async (build) => {
    const access = await accessTo(world().tailnet);
    const stage = await Stage.open(build, { ...access, ...PATIENT, ...ENVIRONMENT, TS_FORWARDS: "25432:db:15432" });
    try {
      installProject(stage.workspace, "localhost:25432", `http://state/state/${build}`);
      const command = (verb: string, rest = "") => `${TERRAFORM} ${verb} -input=false -no-color ${rest} 2>&1`;
      const output = await stage.run(
        "spacetail up --watch none && export http_proxy=http://localhost:8080 no_proxy=$(spacetail env NO_PROXY) && " +
          `cd project && ${command("init")} && ${command("plan", "-out=plan")} && ${command("apply", "plan")} && ` +
          `curl -sS http://state/state/${build} && ${command("destroy", "-auto-approve")} && spacetail down`,
      );
      if (output.code !== 0) throw new Error(output.text);
      expect(output.text).toContain(`up = ${SERVERS}\n`);
      expect(output.text).toContain("hello from the tailnet");
      expect(output.text).toMatch(/"serial": *1,/);
      expect(output.text).toContain("1 destroyed");
    } finally {
      await stage.close();
    }
  });
});
