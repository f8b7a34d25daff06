// SPDX-License-Identifier: Apache-2.0
// Loads the TypeScript of the plugin. Pulumi's plugin host asks for a package called "ts-node" before it loads a
// plugin, and package.json of the plugin names this folder as that package. The real ts-node is of no use here: a
// plugin starts in the folder of the user's program, so ts-node would take that folder's tsconfig.json, and from
// version 10 on that folder's TypeScript too, and compile the plugin by them, or fail. This loader reads nothing of
// the user's. It also resolves `./file.js` to `./file.ts`, which ts-node does not without options in a tsconfig.json.
//
// Source: @pulumi/pulumi, cmd/run-plugin/run.ts and tsutils.ts. The version of package.json is within the range that
// @pulumi/pulumi takes as a peer.

const { readFileSync } = require("node:fs");
const Module = require("node:module");
const ts = require("typescript");

const COMPILER_OPTIONS = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.CommonJS,
  esModuleInterop: true,
};

/**
 * Lets `require` load TypeScript. Options of ts-node are ignored. Types are not checked: the project's tests do that.
 */
exports.register = () => {
  Module._extensions[".ts"] = (module, file) => {
    const { outputText } = ts.transpileModule(readFileSync(file, "utf8"), { compilerOptions: COMPILER_OPTIONS });
    module._compile(outputText, file);
  };

  const resolve = Module._resolveFilename;
  Module._resolveFilename = (request, parent, ...more) => {
    const isOurs = request.startsWith(".") && request.endsWith(".js") && parent?.filename?.endsWith(".ts");
    return resolve(isOurs ? request.replace(/\.js$/, ".ts") : request, parent, ...more);
  };
};
