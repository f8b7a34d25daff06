// SPDX-License-Identifier: Apache-2.0
import { DEFAULT_PHASES, PHASES } from "../../contract/index.js";

test("the phases are those that Spacelift has hooks for, in the order of a run", () => {
  expect(PHASES).toEqual(["init", "plan", "apply", "perform", "destroy"]);
});

test("every phase but init is covered by default", () => {
  expect(DEFAULT_PHASES).toEqual(PHASES.filter((phase) => phase !== "init"));
});
