// SPDX-License-Identifier: Apache-2.0
// What users meet who bundle their program, or import the entry point of another engine.
import { bundle, run } from "./programs.js";

// Each program is bundled and runs on a Node.js of its own.
jest.setTimeout(600_000);

/** Creates everything wrongly and prints what is said, as JSON. */
const CONSTRUCTS = `
  import { App, TerraformStack } from "cdktf";
  import * as library from "spacetail";
  const { ValidationError } = library;
  const said = Object.entries(library).flatMap(([name, Class]) => {
    if (!/^Tailnet/.test(name)) return [];
    try {
      new (Class as any)(new TerraformStack(new App(), "app"), "it", { wrong: 1 });
    } catch (error) {
      const { message, name: called, path, problems } = error as any;
      return [[name, error instanceof ValidationError, called, path, problems[0], message.split("\\n")[0]]];
    }
    return [[name]];
  });
  console.log(JSON.stringify(said));`;

const COMPONENTS = `
  import * as pulumi from "@pulumi/pulumi";
  import * as library from "spacetail/pulumi";
  pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) });
  const { ValidationError } = library;
  const said = Object.entries(library).flatMap(([name, Class]) => {
    if (!/^Tailnet/.test(name)) return [];
    try {
      new (Class as any)("it", { wrong: 1 });
    } catch (error) {
      const { message, name: called, problems } = error as any;
      return [[name, error instanceof ValidationError, called, problems[0], message.split("\\n")[0]]];
    }
    return [[name]];
  });
  console.log(JSON.stringify(said));`;

describe.each([false, true])("a bundled program, minified: %s", (minify) => {
  test.each(["cdktf", "cdktn"] as const)("has ValidationError of %s, and classes by their names", (engine) => {
    const said = JSON.parse(run(bundle("library-constructs", CONSTRUCTS, { engine, minify })));
    const line = "wrong is not an option";
    const classes = [
      "Tailnet",
      "TailnetContext",
      "TailnetFederatedIdentity",
      "TailnetOAuthClient",
      "TailnetPolicyFragment",
    ];
    expect(said.sort()).toEqual(
      classes.map((name) => [name, true, "ValidationError", "app/it", line, `${name} 'app/it': ${line}`]),
    );
  });

  test("has ValidationError of Pulumi's components, and classes by their names", () => {
    const said = JSON.parse(run(bundle("library-components", COMPONENTS, { minify })));
    const line = "wrong is not an option";
    const classes = ["Tailnet", "TailnetContext", "TailnetFederatedIdentity", "TailnetOAuthClient"];
    expect(said.sort()).toEqual(classes.map((name) => [name, true, "ValidationError", line, `${name} 'it': ${line}`]));
  });
});

/** Creates everything in an app of the engine that is its argument, and prints what is said. */
const IN_APP = `
  import { TailnetContext, TailnetOAuthClient, Tailnet } from "spacetail";
  const { App, TerraformStack } = require(process.argv[2] ?? "");
  class Stack extends TerraformStack {}
  for (const Class of [TailnetContext, TailnetOAuthClient, Tailnet]) {
    const options = { name: "tailnet", auth: { authKey: "key" }, tags: ["tag:a"] };
    const { name, auth, tags } = options;
    const given = Class === TailnetContext ? { name, auth } : Class === TailnetOAuthClient ? { tags } : {};
    try {
      new (Class as any)(new Stack(new App(), "app"), "it", given);
      console.log("fine");
    } catch (error) {
      console.log((error as Error).message);
    }
  }`;

describe("an app of one engine and the entry point for another", () => {
  const message = (className: string, engine: string, app: string, entryPoint: string) =>
    `${className} 'app/it': this construct is for ${engine}, but the app is made with ${app}: import it from "${entryPoint}"\n`;

  test.each([
    ["cdktf", "cdktn", "spacetail/cdktn"],
    ["cdktn", "cdktf", "spacetail"],
  ] as const)("constructs for %s say in an app of %s what to import", (engine, app, entryPoint) => {
    const program = bundle("library-in-app", IN_APP, { engine });
    const classes = ["TailnetContext", "TailnetOAuthClient", "Tailnet"];
    expect(run(program, app)).toBe(classes.map((name) => message(name, engine, app, entryPoint)).join(""));
    expect(run(program, engine)).toBe("fine\nfine\nfine\n");
  });
});
