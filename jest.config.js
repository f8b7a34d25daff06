// SPDX-License-Identifier: Apache-2.0
// Projects: `unit` and `cdktn` run in parallel, the latter being the tests of the constructs once more, on the
// built half for CDK Terrain; `package` is what users install, and wants the network; `e2e` owns ports and namespaces, so its files run one after another.
const common = {
  transform: { "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }] },
  testEnvironment: "node",
  cacheDirectory: "<rootDir>/.cache/jest",
  // There are copies of packages in the cache, and Pulumi's folders have package files of their own.
  modulePathIgnorePatterns: ["<rootDir>/.cache/", "<rootDir>/(dist/)?pulumi/(spacelift/)?package.json"],
};

// Sources name their imports `./file.js`, as Node and the native compiler want it.
const sources = { "^(\\.{1,2}/.*)\\.js$": ["$1", "$1.js"] };

module.exports = {
  globalSetup: "<rootDir>/build/temporary.mjs",
  // Machines are busy, and some tests run npm, compilers and whole command lines. Jest takes this from here alone.
  testTimeout: 600_000,
  projects: [
    {
      ...common,
      displayName: "unit",
      moduleNameMapper: sources,
      testMatch: ["<rootDir>/test/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "/test/e2e/", "/test/package/"],
    },
    {
      ...common,
      displayName: "cdktn",
      moduleNameMapper: {
        "^cdktf$": "cdktn",
        "^\\.\\./\\.\\./constructs/(.*?)(\\.js)?$": "<rootDir>/dist/cdktn/$1.js",
        ...sources,
      },
      testMatch: ["<rootDir>/test/constructs/**/*.test.ts"],
      // These run both engines, or none, by themselves.
      testPathIgnorePatterns: [
        "/node_modules/",
        "/bindings.test.ts",
        "/drift.test.ts",
        "/engines.test.ts",
        "/loading.test.ts",
      ],
    },
    {
      ...common,
      displayName: "package",
      moduleNameMapper: sources,
      testMatch: ["<rootDir>/test/package/**/*.test.ts"],
    },
    { ...common, displayName: "e2e", moduleNameMapper: sources, testMatch: ["<rootDir>/test/e2e/**/*.test.ts"] },
  ],
};
