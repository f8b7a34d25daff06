// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");

function manifest(folder: string) {
  return JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
}

// Pulumi installs pulumi/ on its own, so that folder names its packages once more.
const plugin = manifest("pulumi");
const loader = manifest("pulumi/loader");
const library = manifest(".");

test("the plugin is of the library's name and version, which its users see", () => {
  expect(plugin).toMatchObject({ name: library.name, version: library.version, license: library.license });
});

test("the plugin runs on the packages that the components are tested with", () => {
  const { "ts-node": _loader, ...shared } = plugin.dependencies;
  const tested = Object.keys(shared).map((name) => [name, library.devDependencies[name]]);
  expect(shared).toEqual(Object.fromEntries(tested));
});

test("the plugin's versions are ones that the library takes from its users", () => {
  const { "@pulumi/pulumi": engine, "@pulumi/tailscale": tailscale } = plugin.dependencies;
  expect(library.peerDependencies).toMatchObject({
    "@pulumi/pulumi": "^3.238.0",
    "@pulumi/tailscale": ">=0.29.0 <1.0.0",
  });
  expect(engine.split(".").map(Number)[1]).toBeGreaterThanOrEqual(238);
  expect(tailscale).toMatch(/^0\.(29|[3-9]\d)\./);
});

test("the loader is taken for ts-node, in a version that Pulumi takes", () => {
  const { peerDependencies } = require("@pulumi/pulumi/package.json");
  expect(plugin.dependencies[loader.name]).toBe("file:loader");
  expect(peerDependencies[loader.name]).toBe(">= 7.0.1 < 12");
  expect(Number(loader.version.split(".")[0])).toBe(10);
});
