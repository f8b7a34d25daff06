// SPDX-License-Identifier: Apache-2.0
// Loaded before anything else, so that a program without Pulumi's packages is told what to install. They are optional
// peers, which package managers do not install by themselves.

/** Node's own; declared here because the library is compiled without Node's types. */
declare function require(name: string): unknown;

for (const name of ["@pulumi/pulumi", "@pulumi/tailscale"]) {
  try {
    require(name);
  } catch (error) {
    throw explained(error, name);
  }
}

/** The same error, with what to do in its message if it is that package which is missing. */
function explained(error: unknown, name: string): unknown {
  const { code, message = "" } = error as { code?: string; message?: string };
  if (code !== "MODULE_NOT_FOUND" || !message.startsWith(`Cannot find module '${name}'`)) return error;
  const advice = "npm install @pulumi/pulumi @pulumi/tailscale";
  return Object.assign(error as Error, { message: `spacetail/pulumi needs the package ${name}: ${advice}` });
}
