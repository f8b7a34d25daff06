// SPDX-License-Identifier: Apache-2.0
// Loaded before anything else, so that a program without its engine is told what to install. Engines are optional
// peers, which package managers do not install by themselves.

/** Node's own; declared here because the constructs are compiled without Node's types. */
declare function require(name: string): unknown;

const OTHER = { cdktf: "spacetail/cdktn", cdktn: "spacetail/cdktf" };

try {
  require("cdktf");
} catch (error) {
  throw explained(error, "cdktf");
}

/** The same error, with what to do in its message if it is the engine, or what every engine needs, that is missing. */
function explained(error: unknown, engine: keyof typeof OTHER): unknown {
  const { code, message = "" } = error as { code?: string; message?: string };
  const missing = [engine, "constructs"].find((name) => message.startsWith(`Cannot find module '${name}'`));
  if (code !== "MODULE_NOT_FOUND" || missing === undefined) return error;
  const advice = `npm install ${engine} constructs (or import ${OTHER[engine]} if that is the engine in use)`;
  return Object.assign(error as Error, { message: `spacetail/${engine} needs the package ${missing}: ${advice}` });
}
