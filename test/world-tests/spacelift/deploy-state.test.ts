// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's templates, not JavaScript's.
import { parseState } from "../../world/deploy/index.js";
import { useHere } from "./deploy-here.js";
import { useKept } from "./kept-state.js";
import { contextJson, variableJson } from "./stack-json.js";

const here = useHere();
const kept = useKept(here);
const { apply, plan } = kept;

describe("what changed elsewhere", () => {
  test("is put right", async () => {
    const resources = { ...contextJson({ before_plan: ["a"] }), ...variableJson({ value: "a" }) };
    await apply(resources);
    const { elements } = here.api.account.contexts.update("tailnet", { name: "tailnet", hooks: { beforePlan: ["x"] } });
    elements.add({ id: "NAME", type: "ENVIRONMENT_VARIABLE", value: "x", writeOnly: true });

    expect(await plan(resources)).toEqual([
      "update spacelift_context.c: before_plan",
      "replace spacelift_environment_variable.v: value",
    ]);
  });

  test("what is gone is created again, and an OAuth client's new key replaces the variable that held the old one", async () => {
    const resources = {
      ...contextJson(),
      ...variableJson({ value: "${tailscale_oauth_client.o.key}" }),
      tailscale_oauth_client: { o: { scopes: ["auth_keys"] } },
    };
    await apply(resources);
    await fetch(`${here.tailscale.url}/api/v2/tailnet/-/keys/k100CNTRL`, {
      method: "DELETE",
      headers: { authorization: "Bearer tskey-api-x" },
    });

    expect(await plan(resources)).toEqual([
      "create tailscale_oauth_client.o",
      "replace spacelift_environment_variable.v: value",
    ]);
  });

  test("a space that is gone is an error, as it is to the provider", async () => {
    const resources = { spacelift_space: { s: { name: "team" } } };
    await apply(resources);
    const [id = ""] = kept.state.resources.map((resource) => resource.id);
    here.api.account.spaces.delete(id);

    await expect(plan(resources)).rejects.toThrow(`spacelift_space.s: could not find space ${id}`);
  });
});

describe("the state", () => {
  test("counts, and keeps what exists when a deployment fails on the way", async () => {
    await apply(contextJson());
    expect(kept.state.serial).toBe(1);
    here.api.account.contexts.create({ name: "taken" });
    const both = { spacelift_context: { c: { name: "tailnet" }, d: { name: "new" }, e: { name: "taken" } } };

    await expect(apply(both)).rejects.toThrow(/^spacelift_context.e: could not persist context/);

    expect(kept.state.resources.map(({ address }) => address)).toEqual(["spacelift_context.c", "spacelift_context.d"]);
    here.api.account.contexts.delete("taken");
    expect(await plan(both)).toEqual(["create spacelift_context.e"]);
  });

  test("has the outputs", async () => {
    await apply(contextJson(), { output: { name: { value: "${spacelift_context.c.name}" } } });

    expect(kept.state.outputs).toEqual({ name: { value: "tailnet", sensitive: false } });
  });

  test("of somebody else is refused", () => {
    expect(() => parseState('{"version":4,"resources":[]}')).toThrow("state: was not written by this loader");
  });
});

test("data: a role that is not there is an error of the data source", async () => {
  const data = { spacelift_role: { r: { slug: "space-owner" } } };

  await expect(apply({}, { data })).rejects.toThrow("data.spacelift_role.r: role with slug space-owner not found");
});
