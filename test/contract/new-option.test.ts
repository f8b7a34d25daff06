// SPDX-License-Identifier: Apache-2.0
// An option of the tunnel is one row: with another row, every output has it.
import type { TunnelOption } from "../../contract/wire/tunnel-options.js";

const ROWS = "../../contract/wire/tunnel-options.js";

const ROW: TunnelOption = {
  name: "packetSize",
  kind: "text",
  variable: "TS_PACKET_SIZE",
  aliases: [],
  flag: "",
  separator: "",
  check: (text) => (/^\d+$/.test(text) ? null : "must be a number of bytes"),
  default: "1280",
  defaultText: "",
  doc: "Largest packet in the tunnel, in bytes.",
  note: "",
};

beforeAll(() => {
  jest.resetModules();
  jest.doMock(ROWS, () => {
    const rows = jest.requireActual(ROWS);
    return { ...rows, TUNNEL_OPTIONS: [...rows.TUNNEL_OPTIONS, ROW] };
  });
});

afterAll(() => jest.dontMock(ROWS));

/** What `spacetail render` prints, and the problems that it reports. */
function render(...args: readonly string[]): { readonly out: string; readonly err: string } {
  const printed = { out: "", err: "" };
  const complain = jest.spyOn(console, "error").mockImplementation((text) => {
    printed.err += `${text}\n`;
  });
  require("../../render/render.js").render(args, (text: string) => {
    printed.out += text;
  });
  complain.mockRestore();
  return printed;
}

const PROBLEM = 'packetSize must be a number of bytes, but "big" was given';

test.each<[string, RegExp]>([
  ["hcl", /name {7}= "TS_PACKET_SIZE"\n {2}value {6}= "1400"/],
  ["config-yml", /TS_PACKET_SIZE: "1400"/],
  ["plugin", /key: TS_PACKET_SIZE\n\s+value: "1400"/],
  ["blueprint", /name: TS_PACKET_SIZE\n\s+value: "1400"/],
])("render has it as a flag for %s, and refuses what is wrong", (format, expected) => {
  expect(render("--format", format, "--packet-size", "1400").out).toMatch(expected);
  expect(render("--format", format, "--packet-size", "1280").out).not.toContain("TS_PACKET_SIZE");
  expect(render("--format", format, "--packet-size", "big")).toEqual({
    out: "",
    err: `spacetail render: ${PROBLEM}\n`,
  });
});

test("help and documentation have it", () => {
  expect(render("--help").out).toContain(
    "  --packet-size VALUE\n        Largest packet in the tunnel, in bytes. Default: 1280.\n",
  );
  const { optionTables, VARIABLES } = require("../../contract/index.js");
  const { tunnel, places } = optionTables();
  expect(tunnel).toContain('| `packetSize` | `"1280"` | Largest packet in the tunnel, in bytes. |\n');
  expect(places).toContain("| `packetSize` | `spacelift_environment_variable.TS_PACKET_SIZE` |");
  expect((VARIABLES as { name: string }[]).map(({ name }) => name)).toContain("TS_PACKET_SIZE");
});

test("constructs have it, and refuse what is wrong", () => {
  const { Testing, TerraformStack } = require("cdktf");
  const { TailnetContext } = require("../../constructs/index.js");
  const context = (packetSize: string) => {
    const stack = new TerraformStack(Testing.app(), "app");
    new TailnetContext(stack, "it", { name: "tailnet", auth: { external: true }, packetSize });
    return Testing.synth(stack);
  };
  expect(Object.values(JSON.parse(context("1400")).resource.spacelift_environment_variable)).toMatchObject([
    { name: "TS_PACKET_SIZE", value: "1400" },
  ]);
  expect(() => context("big")).toThrow(`TailnetContext 'app/it': ${PROBLEM}`);
});

test("Pulumi's components have it, and refuse what is wrong", async () => {
  const pulumi = require("@pulumi/pulumi");
  const variables: unknown[] = [];
  await pulumi.runtime.setMocks({
    newResource: ({ type, inputs, name }: { type: string; inputs: Record<string, unknown>; name: string }) => {
      // The provider treats all values of variables as secrets.
      const { value } = (inputs.value ?? {}) as { value?: unknown };
      if (type.endsWith(":EnvironmentVariable")) variables.push([inputs.name, value]);
      return { id: `id-${name}`, state: inputs };
    },
    call: ({ inputs }: { inputs: object }) => inputs,
  });
  const { TailnetContext } = require("../../pulumi/index.js");
  const make = (packetSize: string) =>
    new TailnetContext("it", { name: "tailnet", auth: { external: true }, packetSize });
  const { contextId } = make("1400");
  await new Promise((done) => contextId.apply(done));
  await pulumi.runtime.disconnect();
  expect(variables).toEqual([["TS_PACKET_SIZE", "1400"]]);
  expect(() => make("big")).toThrow(PROBLEM);
});
