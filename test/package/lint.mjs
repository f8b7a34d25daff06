// SPDX-License-Identifier: Apache-2.0
// Prints as JSON what publint and Are The Types Wrong find in a tarball: lint.mjs TARBALL
// A program of its own, because both are ES modules, which jest cannot load.
import { readFileSync } from "node:fs";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const file = readFileSync(process.argv[2]);
const linted = await publint({ pack: { tarball: file.buffer.slice(file.byteOffset, file.byteOffset + file.length) } });
const types = await checkPackage(createPackageFromTarballData(new Uint8Array(file)));

// Without "type" packages are CommonJS, as this one is meant to be; the native compiler takes no other sources.
const messages = linted.messages.filter(({ code }) => code !== "USE_TYPE");
// Every entry point in every way of resolving it.
const resolved = Object.entries(types.entrypoints).flatMap(([name, { resolutions }]) =>
  Object.entries(resolutions).map(([way, { resolution }]) => `${name} ${way} ${resolution?.fileName ?? "nothing"}`),
);
console.log(
  JSON.stringify({
    publint: messages.map((message) => formatMessage(message, linted.pkg)),
    types: types.problems ?? ["no types at all"],
    resolved,
  }),
);
