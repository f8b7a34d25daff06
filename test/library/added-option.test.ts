// SPDX-License-Identifier: Apache-2.0
// An option of the tunnel is added in a copy of the sources, by the three files that this takes, and is then in every
// output.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { interfacesOf } from "../contract/interfaces.js";
import { bundle, ROOT, run } from "./programs.js";

const DOC = "How long one dial through the tunnel may take, as a Go duration.";

const ROW = `{
  name: "dialTimeout",
  kind: "text",
  variable: "TS_DIAL_TIMEOUT",
  aliases: [],
  flag: "",
  separator: "",
  check: duration,
  default: "30s",
  defaultText: "",
  doc: ${JSON.stringify(DOC)},
  note: "",
},
`;

const member = (type: string) => `
  /**
   * ${DOC}
   * @default "30s"
   */
  readonly dialTimeout?: ${type};
}`;

/** What is added: file, before what, and what. */
const ADDED: readonly (readonly [string, RegExp, string])[] = [
  ["contract/wire/tunnel-options.ts", /\];\n*$/, `${ROW}];\n`],
  ["constructs/context/tailnet-tunnel-options.ts", /\}\n*$/, `${member("string")}\n`],
  ["pulumi/context/tailnet-tunnel-args.ts", /\}\n*$/, `${member("pulumi.Input<string>")}\n`],
];

let sources: string;
beforeAll(() => {
  sources = mkdtempSync(join(tmpdir(), "spacetail-added-option-"));
  for (const room of ["contract", "constructs", "pulumi", "render"]) {
    cpSync(join(ROOT, room), join(sources, room), { recursive: true, filter: (path) => !/node_modules/.test(path) });
  }
  for (const [file, end, text] of ADDED) {
    const path = join(sources, file);
    const source = readFileSync(path, "utf8");
    expect(source).toMatch(end);
    writeFileSync(path, source.replace(end, text));
  }
});
afterAll(() => rmSync(sources, { recursive: true }));

const MISTAKE = 'dialTimeout must be a duration above zero such as 60s or 1m30s, but "soon" was given';

test.each(["cdktf", "cdktn"] as const)("the constructs for %s make a variable of it, and judge it", (engine) => {
  const program = bundle(
    "added-option-constructs",
    `import { App, TerraformStack, Testing } from "cdktf";
     import { TailnetContext } from "spacetail";
     const auth = { authKey: "key" };
     const stack = new TerraformStack(new App(), "app");
     new TailnetContext(stack, "it", { name: "a", auth, dialTimeout: "7s" });
     const resources = JSON.parse(Testing.synth(stack)).resource.spacelift_environment_variable;
     const variables = Object.values(resources).map(({ name, value }: any) => [name, value]);
     const problems = [{ dialTimeout: "soon" }, { environment: { TS_DIAL_TIMEOUT: "7s" } }].map((options, i) => {
       try {
         new TailnetContext(stack, "it" + i, { name: "a", auth, ...options });
       } catch (error) {
         return (error as any).problems;
       }
     });
     console.log(JSON.stringify({ variables, problems }));`,
    { engine, sources },
  );
  expect(JSON.parse(run(program))).toEqual({
    variables: expect.arrayContaining([["TS_DIAL_TIMEOUT", "7s"]]),
    problems: [[MISTAKE], ["environment.TS_DIAL_TIMEOUT must not be set here: use dialTimeout"]],
  });
});

test("Pulumi's components register it, and judge it", () => {
  const program = bundle(
    "added-option-components",
    `import * as pulumi from "@pulumi/pulumi";
     import { TailnetContext } from "spacetail/pulumi";
     const auth = { external: true };
     const registered: unknown[] = [];
     const problems: unknown[] = [];
     pulumi.runtime.setMocks({
       newResource: ({ name, type, inputs }) => {
         if (type.endsWith(":EnvironmentVariable")) registered.push([inputs.name, Object.values(inputs.value)]);
         if (type.endsWith(":TailnetContext")) registered.push(inputs.dialTimeout);
         return { id: name, state: inputs };
       },
       call: () => ({}),
     });
     new TailnetContext("it", { name: "a", auth, dialTimeout: pulumi.output("7s") });
     try {
       new TailnetContext("other", { name: "a", auth, dialTimeout: "soon" });
     } catch (error) {
       problems.push(...(error as any).problems);
     }
     pulumi.runtime.disconnect().then(() => console.log(JSON.stringify({ registered, problems })));`,
    { sources },
  );
  const { registered, problems } = JSON.parse(run(program));
  expect(registered).toEqual(expect.arrayContaining(["7s", ["TS_DIAL_TIMEOUT", expect.arrayContaining(["7s"])]]));
  expect(problems).toEqual([MISTAKE]);
});

describe("spacetail render", () => {
  let program = "";
  beforeAll(() => {
    program = bundle("added-option-render", `import ${JSON.stringify(join(sources, "render/main.ts"))};`);
  });

  test.each(["hcl", "config-yml", "plugin", "blueprint", "kubernetes"])(
    "has it in %s, as a flag and in a file",
    (format) => {
      const file = join(sources, "options.json");
      writeFileSync(file, JSON.stringify({ dialTimeout: "7s" }));
      const text = run(program, "render", "--format", format, "--dial-timeout", "7s");
      expect(text).toMatch(/TS_DIAL_TIMEOUT[\s\S]{0,80}7s/);
      expect(run(program, "render", "--format", format, "--dial-timeout", "30s")).not.toContain("TS_DIAL_TIMEOUT");
      // What it was made from is said in a comment, which is the same either way.
      expect(run(program, "render", "--format", format, "--options", file)).toBe(text);
      expect(() => run(program, "render", "--format", format, "--dial-timeout", "soon")).toThrow(MISTAKE);
    },
  );

  test("has it in its help", () => {
    expect(run(program, "render", "--help")).toContain(`  --dial-timeout VALUE\n        ${DOC} Default: 30s.\n`);
  });
});

test("the tables of options and of variables have it", () => {
  const source = `
    import { optionTables, valueProblem, variableTable } from ${JSON.stringify(join(sources, "contract/index.ts"))};
    const problem = valueProblem("TS_DIAL_TIMEOUT", "soon");
    console.log(JSON.stringify({ options: Object.values(optionTables()).join(""), variables: variableTable(), problem }));`;
  const { options, variables, problem } = JSON.parse(run(bundle("added-option-tables", source)));
  expect(options).toContain(`| \`dialTimeout\` | \`"30s"\` | ${DOC} |`);
  expect(options).toMatch(/\| `dialTimeout` \| `spacelift_environment_variable\.TS_DIAL_TIMEOUT` \|/);
  expect(variables).toContain("| `TS_DIAL_TIMEOUT` | `dialTimeout` | `30s` |");
  expect(problem).toContain("TS_DIAL_TIMEOUT must be a duration above zero");
});

test("its typed members are documented as its row is", () => {
  const rooms = [
    ["constructs", "TailnetTunnelOptions"],
    ["pulumi", "TailnetTunnelArgs"],
  ] as const;
  const members = rooms.map(([room, name]) => {
    const found = interfacesOf(sources, room).get(name) ?? [];
    return found.find((one) => one.name === "dialTimeout");
  });
  expect(members).toMatchObject([
    { doc: DOC, default: '"30s"', type: "string", isOptional: true },
    { doc: DOC, default: '"30s"', type: "pulumi.Input<string>", isOptional: true },
  ]);
});
