// SPDX-License-Identifier: Apache-2.0
// Two projects: `unit` runs in parallel; `e2e` owns ports and namespaces, so its files run one after another.
const common = {
  transform: { "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }] },
  // Sources name their imports `./file.js`, as Node and the native compiler want it.
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": ["$1", "$1.js"] },
  testEnvironment: "node",
  cacheDirectory: "<rootDir>/.cache/jest",
  // There are copies of packages in it.
  modulePathIgnorePatterns: ["<rootDir>/.cache/"],
};

module.exports = {
  projects: [
    {
      ...common,
      displayName: "unit",
      testMatch: ["<rootDir>/test/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "/test/e2e/"],
    },
    { ...common, displayName: "e2e", testMatch: ["<rootDir>/test/e2e/**/*.test.ts"] },
  ],
};
