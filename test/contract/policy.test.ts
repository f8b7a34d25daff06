// SPDX-License-Identifier: Apache-2.0
import { grantPortProblem, grantTargetProblem, policyFragment, policyHujson } from "../../contract/index.js";

test("a policy fragment as HuJSON is JSON but for its comments and last commas", () => {
  const grants = [
    { src: ["tag:a", "tag:b"], dst: ["tag:db"], ip: ["tcp:5432"] },
    { src: ["tag:b"], dst: ["10.0.0.0/8", 'odd"host'], ip: ["*"] },
  ];
  const fragment = policyFragment(["tag:a", "tag:b", "tag:a"], ["autogroup:admin", "a@b.test"], grants);
  expect(fragment.tagOwners).toEqual({
    "tag:a": ["autogroup:admin", "a@b.test"],
    "tag:b": ["autogroup:admin", "a@b.test"],
  });
  const text = policyHujson(fragment);
  const json = text.replace(/^\s*\/\/.*$/gm, "").replace(/,(\s*[}\]])/g, "$1");
  expect(JSON.parse(json)).toEqual(fragment);
  expect(text).not.toBe(json);
});

test("a fragment without grants is whole, too", () => {
  const json = policyHujson(policyFragment(["tag:a"], ["autogroup:admin"], []))
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/,(\s*[}\]])/g, "$1");
  expect(JSON.parse(json)).toEqual({ tagOwners: { "tag:a": ["autogroup:admin"] }, grants: [] });
});

test.each<[string, boolean]>([
  ["tag:db", true],
  ["*", true],
  ["10.0.0.0/8", true],
  ["fd7a:115c:a1e0::5", true],
  ["fd7a:115c:a1e0:0:0:0:0:5", true],
  ["autogroup:internet", true],
  ["svc:web", true],
  ["tag:db:5432", false],
  ["tag:db:*", false],
  ["db:80,443", false],
  ["10.0.0.1:22", false],
  ["", false],
  ["a b", false],
  ["svc:123", true],
  ["db:5432", false],
  ["fd7a::1", true],
  ["::1", true],
])("destination %j is fine: %s", (target, fine) => expect(grantTargetProblem(target) === null).toBe(fine));

test.each<[string, boolean]>([
  ["*", true],
  ["443", true],
  ["1-65535", true],
  ["tcp:5432", true],
  ["udp:1-1024", true],
  ["icmp:*", true],
  ["17:53", true],
  ["http:80", false],
  ["300:1", false],
  ["0", false],
  ["65536", false],
  ["20-10", false],
  ["tcp", false],
  ["TCP:1", false],
  ["", false],
])("ports %j are fine: %s", (text, fine) => expect(grantPortProblem(text) === null).toBe(fine));
