// SPDX-License-Identifier: Apache-2.0
import { differences } from "./shape.js";

const SHAPE = { id: "string", value: "string|null", labels: ["string"], aws: { nullable: { region: "string" } } };

describe("comparing with a shape", () => {
  test("what fits has no differences", () => {
    expect(differences(SHAPE, { id: "a", value: null, labels: ["x"], aws: null }, "refused")).toEqual([]);
    expect(differences(SHAPE, { id: "a", value: "b", labels: [], aws: { region: "eu" } }, "refused")).toEqual([]);
  });

  test("every departure is told with its path", () => {
    expect(differences(SHAPE, { id: 1, labels: ["x", null], aws: {}, more: 1 }, "refused")).toEqual([
      "$.more: must not be there",
      "$.id: number instead of string",
      "$.value: missing",
      "$.labels[1]: null instead of string",
      "$.aws.region: missing",
    ]);
  });

  test("more keys can be allowed", () => {
    expect(differences({ id: "string" }, { id: "a", more: 1 }, "allowed")).toEqual([]);
  });

  test("a list, an object and null are told apart", () => {
    expect(differences({ id: "string" }, [], "refused")).toEqual(["$: not an object"]);
    expect(differences(["string"], {}, "refused")).toEqual(["$: not a list"]);
    expect(differences([], ["x"], "refused")).toEqual(["$: not empty"]);
    expect(differences("null", {}, "refused")).toEqual(["$: object instead of null"]);
  });
});
