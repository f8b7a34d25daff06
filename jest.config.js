// SPDX-License-Identifier: Apache-2.0
// `build/test/tests.mjs` runs these projects: `unit` and `cdktn` (the tests of the constructs once more, for CDK
// Terrain) together in one process; each file of `package` (what users install, for which npm needs its registry),
// `e2e` and `long` in its own process, and end-to-end tests in a sandbox.
const common = {
  transform: { "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }] },
  testEnvironment: "node",
  cacheDirectory: "<rootDir>/.cache/jest",
  // There are copies of packages in the cache, and Pulumi's folders have package files of their own.
  modulePathIgnorePatterns: ["<rootDir>/.cache/", "<rootDir>/(dist/)?pulumi/((spacelift|loader)/)?package.json"],
};

// Sources import `./file.js`, as Node and the native compiler require.
const sources = { "^(\\.{1,2}/.*)\\.js$": ["$1", "$1.js"] };

module.exports = {
  globalSetup: "<rootDir>/build/test/temporary.mjs",
  // Ends a test that hangs. How long a test takes depends on the machine and on what else it does.
  testTimeout: 600_000,
  projects: [
    {
      ...common,
      displayName: "unit",
      moduleNameMapper: sources,
      testMatch: ["<rootDir>/test/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "/test/e2e/", "/test/long/", "/test/package/"],
    },
    {
      ...common,
      displayName: "cdktn",
      moduleNameMapper: {
        "^cdktf$": "cdktn",
        "^\\./generated/(.*)\\.js$": "<rootDir>/.cache/build/bindings/cdktn/$1.ts",
        ...sources,
      },
      testMatch: ["<rootDir>/test/constructs/**/*.test.ts"],
    },
    {
      ...common,
      displayName: "package",
      moduleNameMapper: sources,
      testMatch: ["<rootDir>/test/package/**/*.test.ts"],
    },
    { ...common, displayName: "e2e", moduleNameMapper: sources, testMatch: ["<rootDir>/test/e2e/**/*.test.ts"] },
    { ...common, displayName: "long", moduleNameMapper: sources, testMatch: ["<rootDir>/test/long/**/*.test.ts"] },
  ],
};
