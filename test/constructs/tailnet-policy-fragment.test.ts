// SPDX-License-Identifier: Apache-2.0
import { TerraformVariable } from "cdktf";
import { TailnetPolicyFragment, type TailnetPolicyFragmentProps } from "../../constructs/index.js";
import { newStack, synthesize } from "./manifest.js";

function fragmentWith(props: Partial<TailnetPolicyFragmentProps>): TailnetPolicyFragment {
  return new TailnetPolicyFragment(newStack(), "policy", { tags: ["tag:a", "tag:b"], ...props });
}

test("a fragment says who owns the tags and what they may reach", () => {
  const grants = [
    { dst: ["tag:db"], ip: ["tcp:5432"] },
    { src: ["tag:b"], dst: ["10.0.0.0/8"] },
  ];
  const fragment = fragmentWith({ owners: ["group:platform"], grants });
  const whole = {
    tagOwners: { "tag:a": ["group:platform"], "tag:b": ["group:platform"] },
    grants: [
      { src: ["tag:a", "tag:b"], dst: ["tag:db"], ip: ["tcp:5432"] },
      { src: ["tag:b"], dst: ["10.0.0.0/8"], ip: ["*"] },
    ],
  };
  expect({ tagOwners: fragment.tagOwners, grants: fragment.grants }).toEqual(whole);
  expect(JSON.parse(fragment.json)).toEqual(whole);
  expect(fragment.hujson).toContain('"tag:b": ["group:platform"],');
});

test("admins own the tags by default, and there are no grants", () => {
  const { tagOwners, grants } = fragmentWith({});
  expect(tagOwners).toEqual({ "tag:a": ["autogroup:admin"], "tag:b": ["autogroup:admin"] });
  expect(grants).toEqual([]);
});

test("a fragment makes no resource", () => {
  const manifest = synthesize((stack) => new TailnetPolicyFragment(stack, "policy", { tags: ["tag:a"] }));
  expect(manifest.resource).toBeUndefined();
});

test("tokens are refused: the policy is text before Terraform knows anything", () => {
  const stack = newStack();
  const list = new TerraformVariable(stack, "list", { type: "list(string)" }).listValue;
  const text = new TerraformVariable(stack, "text", { type: "string" }).stringValue;
  const rule = "must be known when the program runs, so it must not be a token";
  expect(() => new TailnetPolicyFragment(stack, "a", { tags: list })).toThrow(`tags ${rule}`);
  expect(() => new TailnetPolicyFragment(stack, "b", { tags: ["tag:a"], owners: [text] })).toThrow(`owners[0] ${rule}`);
  const grants = [{ dst: [text] }];
  expect(() => new TailnetPolicyFragment(stack, "c", { tags: ["tag:a"], grants })).toThrow(`grants[0].dst[0] ${rule}`);
});
