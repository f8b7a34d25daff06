// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { outermostName, RUNNER_IMAGE_VERSION, runnerImageIn } from "../../contract/index.js";

test("the image's version is the package's", () => {
  const { version } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8"));
  expect(RUNNER_IMAGE_VERSION).toBe(version);
});

test.each(["ghcr.io/acme", "ghcr.io/acme/"])("the image in %s", (registry) => {
  expect(runnerImageIn(registry)).toBe(`ghcr.io/acme/runner-tailnet:${RUNNER_IMAGE_VERSION}`);
});

test("the outermost context's name begins like those of Spacelift's own plugins, once", () => {
  expect(outermostName("tailnet")).toBe("zzzzz-tailnet");
  expect(outermostName("zzzzz-tailnet")).toBe("zzzzz-tailnet");
});
