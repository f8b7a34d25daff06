// SPDX-License-Identifier: Apache-2.0
import {
  AUTOATTACH_ALL,
  autoattachLabel,
  dnsLabel,
  labelFromName,
  stackLabelProblem,
  tagProblem,
} from "../../contract/index.js";

test("a context label is the stack's label with a prefix", () => {
  expect(autoattachLabel("tailnet")).toBe("autoattach:tailnet");
  expect(autoattachLabel("runtime:tailnet")).toBe("autoattach:runtime:tailnet");
  expect(AUTOATTACH_ALL).toBe("autoattach:*");
});

test.each(["tailnet", "runtime:tailnet", "two words", "größe"])("%j is a good stack label", (label) => {
  expect(stackLabelProblem(label)).toBeNull();
});

test.each([
  ["", "must not be empty"],
  [" tailnet", "must not begin or end with a blank"],
  ["tailnet\n", "must not begin or end with a blank"],
  ["tail\nnet", "must not contain control characters"],
  ["autoattach:tailnet", 'must be the plain label: the "autoattach:" prefix goes on the context only'],
  ["tail*", 'must not contain "*": use autoattachAll to attach everywhere'],
])("the stack label %j %s", (label, problem) => {
  expect(stackLabelProblem(label)).toBe(problem);
});

test.each([
  ["Tailnet (prod)", "tailnet-prod"],
  ["--a__b--", "a-b"],
  ["tailnet", "tailnet"],
  ["Größe 2", "gr-e-2"],
  ["!!!", ""],
])("the name %j makes the label %j", (name, label) => {
  expect(labelFromName(name)).toBe(label);
});

test("a DNS label has at most 63 characters and never ends in a dash", () => {
  expect(dnsLabel(`spacelift-${"x".repeat(52)}-yz`)).toBe(`spacelift-${"x".repeat(52)}`);
  expect(dnsLabel("My Host.local")).toBe("my-host-local");
  expect(dnsLabel("...")).toBe("");
});

test.each(["tag:spacelift", "tag:CI-2", "tag:a"])("%s is a tag", (tag) => {
  expect(tagProblem(tag)).toBeNull();
});

test.each([
  ["", 'must begin with "tag:"'],
  ["spacelift", 'must begin with "tag:"'],
  ["tag:", 'must have a name after "tag:"'],
  ["tag:2ci", 'must have a letter after "tag:"'],
  ["tag:a_b", "must contain only letters, digits and dashes"],
  ["tag:a,tag:b", "must contain only letters, digits and dashes"],
])("the tag %j %s", (tag, problem) => {
  expect(tagProblem(tag)).toBe(problem);
});
