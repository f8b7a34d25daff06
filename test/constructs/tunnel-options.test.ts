// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's references are written like that
import { Fn, TerraformVariable } from "cdktf";
import { TailnetContext, type TailnetContextProps, type TailnetTunnelOptions } from "../../constructs/index.js";
import { findVariable, readSettings, VARIABLES } from "../../contract/index.js";
import { only, synthesize, variables } from "./manifest.js";
import { contextError } from "./refusals.js";

const AUTH = { authKey: "key" };

/** Every option, other than its default. */
const ALL: Required<TailnetTunnelOptions> = {
  waitFor: ["db:5432", "[::1]:22"],
  bootTimeout: "1m30s",
  hostname: "runner",
  controlUrl: "https://control.test",
  apiUrl: "https://api.test",
  acceptDns: false,
  acceptRoutes: true,
  exitNode: "exit",
  shieldsUp: false,
  ssh: true,
  userspace: "auto",
  httpProxy: "localhost:9090",
  socks5Server: "[::1]:9091",
  allowRemoteClients: true,
  forwards: ["15432:db:5432"],
  noProxy: [".corp.test", "10.0.0.0/8"],
  proxyVariables: ["ALL_PROXY", "JAVA_TOOL_OPTIONS"],
  capture: "true",
  tailscaledArgs: ["--verbose=1", "--no-logs-no-support"],
  socket: "/tmp/t.sock",
  runtimeDir: "/r",
  trace: true,
};

/** The context's variables, without those of the login. */
function variablesWith(options: TailnetTunnelOptions, auth: TailnetContextProps["auth"] = AUTH) {
  const manifest = synthesize((stack) => {
    new TailnetContext(stack, "tailnet", { name: "tailnet", auth, ...options });
  });
  const { TS_AUTHKEY, ...others } = variables(manifest);
  return Object.fromEntries(Object.entries(others).map(([name, { value }]) => [name, String(value)]));
}

test("the executable reads from the context's variables what the program said", () => {
  expect(readSettings(variablesWith(ALL))).toMatchObject({
    waitFor: [
      { host: "db", port: 5432 },
      { host: "::1", port: 22 },
    ],
    bootTimeoutMs: 90_000,
    hostname: "runner",
    controlUrl: "https://control.test",
    apiUrl: "https://api.test",
    acceptDns: false,
    acceptRoutes: true,
    exitNode: "exit",
    shieldsUp: false,
    ssh: true,
    networking: "auto",
    httpProxy: "localhost:9090",
    socks5Server: "[::1]:9091",
    noProxy: ".corp.test,10.0.0.0/8",
    proxyVariables: ["ALL_PROXY", "JAVA_TOOL_OPTIONS"],
    capture: "command",
    tailscaledArgs: ["--verbose=1", "--no-logs-no-support"],
    socket: "/tmp/t.sock",
    trace: true,
  });
});

test("every variable of the executable has a property, which its name in environment leads to", () => {
  const identity = { clientId: "k", tags: ["tag:a"] };
  const auths = [
    { authKey: "key" },
    { oauthSecret: { clientId: "k", clientSecret: "s", tags: ["tag:a"] } },
    { federated: { identity, idToken: "file:/t" } },
  ];
  const made = auths.flatMap((auth) => {
    const manifest = synthesize((stack) => {
      new TailnetContext(stack, "tailnet", { name: "tailnet", auth, ...ALL });
    });
    return Object.keys(variables(manifest));
  });
  // Others are set by hosts and by workers, which may leave that to a context's environment.
  const ofContexts = VARIABLES.filter(({ options }) => options.length > 0);
  const notMade = ofContexts.filter(({ name, aliases }) => ![name, ...aliases].some((one) => made.includes(one)));
  // The option acceptDns becomes a flag in TS_EXTRA_ARGS.
  expect(notMade.map(({ name }) => name)).toEqual(["TS_ACCEPT_DNS"]);

  for (const name of ofContexts.flatMap((variable) => [variable.name, ...variable.aliases])) {
    const said = contextError({ environment: { [name]: "x" } });
    expect(said).toContain(`environment.${name} must not be set here: use `);
    const [, properties = ""] = said.split(": use ");
    for (const property of properties.split(/, | or /)) expect(["auth", ...Object.keys(ALL)]).toContain(property);
  }
});

test("each option makes its own variable and no other", () => {
  const base = Object.keys(variablesWith({}));
  expect(base).toEqual([]);
  for (const [option, value] of Object.entries(ALL)) {
    const names = Object.keys(variablesWith({ [option]: value }));
    expect(names).toHaveLength(1);
    expect(findVariable(names[0] ?? "")).toBeDefined();
  }
});

test("no variable is made for what is the default anyway", () => {
  const defaults = { httpProxy: "localhost:8080", socks5Server: "localhost:1080", noProxy: [], waitFor: [] };
  const flags = { acceptDns: true, acceptRoutes: false, shieldsUp: true, tailscaledArgs: [], trace: false };
  expect(variablesWith({ ...defaults, ...flags })).toEqual({});
});

test("the hooks use the HTTP proxy's address", () => {
  const manifest = synthesize((stack) => {
    new TailnetContext(stack, "tailnet", { name: "tailnet", auth: AUTH, httpProxy: "localhost:9090" });
  });
  expect(JSON.stringify(only(manifest, "spacelift_context").before_plan)).toContain(
    "HTTP_PROXY=http://localhost:9090 ",
  );
});

test("tokens pass every rule, single and as lists", () => {
  const manifest = synthesize((stack) => {
    const text = new TerraformVariable(stack, "text", { type: "string" }).stringValue;
    const list = new TerraformVariable(stack, "list", { type: "list(string)" }).listValue;
    new TailnetContext(stack, "tailnet", {
      name: "tailnet",
      auth: AUTH,
      waitFor: list,
      bootTimeout: text,
      hostname: text,
      controlUrl: text,
      apiUrl: text,
      exitNode: text,
      httpProxy: text,
      socks5Server: text,
      noProxy: [text, "b.test"],
      tailscaledArgs: list,
      socket: text,
      runtimeDir: text,
    });
    new TailnetContext(stack, "element", { name: "element", auth: AUTH, noProxy: [Fn.element(list, 0)] });
  });
  const values = Object.values(manifest.resource.spacelift_environment_variable ?? {}).map(({ name, value }) => [
    name,
    value,
  ]);
  expect(values).toEqual(
    expect.arrayContaining([
      ["TS_WAIT_FOR", '${join(",", var.list)}'],
      ["TS_BOOT_TIMEOUT", "${var.text}"],
      ["TS_EXTRA_ARGS", "--exit-node=${var.text}"],
      ["TS_NO_PROXY", "${var.text},b.test"],
      ["TS_NO_PROXY", "${element(var.list, 0)}"],
      ["TS_TAILSCALED_EXTRA_ARGS", '${join(" ", var.list)}'],
    ]),
  );
});
