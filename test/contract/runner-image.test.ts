// SPDX-License-Identifier: Apache-2.0
import { outermostName, runnerImageIn, VERSION } from "../../contract/index.js";

test.each(["ghcr.io/acme", "ghcr.io/acme/"])("the image in %s", (registry) => {
  expect(runnerImageIn(registry)).toBe(`ghcr.io/acme/runner-tailnet:${VERSION}`);
});

test("the outermost context's name begins like those of Spacelift's own plugins, once", () => {
  expect(outermostName("tailnet")).toBe("zzzzz-tailnet");
  expect(outermostName("zzzzz-tailnet")).toBe("zzzzz-tailnet");
});
