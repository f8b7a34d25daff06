// SPDX-License-Identifier: Apache-2.0
import { type Change, runConfiguration, type SpaceliftApi, startSpacelift } from "../../world/spacelift/index.js";
import { type Answer, logIn, messages, post } from "./graphql-client.js";
import { MANIFEST } from "./plugin-manifest.js";

let api: SpaceliftApi;
let send: (query: string, variables: object) => Promise<Answer>;

beforeEach(async () => {
  api = await startSpacelift();
  const token = await logIn(api);
  send = (query, variables) => post(api.url, token, query, variables);
  api.account.stacks.add({ name: "web", labels: ["tailnet"] });
  api.account.stacks.add({ name: "other" });
});
afterEach(() => api.close());

const TEMPLATE = "{id,isGlobal,name,description,parameters{id,type,sensitive,required,default},labels}";
const CREATE = `mutation($input:PluginTemplateCreateInput!){pluginTemplateCreate(input: $input)${TEMPLATE}}`;
const INSTALL = `mutation($input:PluginInstallInput!){pluginInstall(input: $input){id,name,spaceDetails{id},labelIdentifier}}`;
const READ = "query($id:ID!){plugin(id: $id){name,labels,pluginTemplateDetails{id}}}";
const DELETE = "mutation($id:ID!){pluginDelete(id: $id){id}}";
const SECRET = { id: "client_secret", value: "tskey-client-abc" };

async function template(manifest = MANIFEST): Promise<string> {
  const answer = await send(CREATE, { input: { name: "Tailnet", manifest, labels: null } });
  expect(messages(answer)).toEqual([]);
  return (answer.data as { pluginTemplateCreate: { id: string } }).pluginTemplateCreate.id;
}

async function installation(more: object = {}): Promise<Answer> {
  const given = { name: "mine", parameters: [SECRET], space: "legacy", labelIdentifier: "tailnet", labels: ["l"] };
  return await send(INSTALL, { input: { pluginTemplateID: await template(), ...given, ...more } });
}

async function install(): Promise<string> {
  const answer = await installation();
  expect(messages(answer)).toEqual([]);
  return (answer.data as { pluginInstall: { id: string } }).pluginInstall.id;
}

describe("a template", () => {
  test("has the parameters of its manifest", async () => {
    const input = { name: "Tailnet", description: "d", manifest: MANIFEST, labels: ["l", "l"] };

    const { data } = await send(CREATE, { input });

    expect(data?.pluginTemplateCreate).toEqual({
      id: expect.stringMatching(/^\w{26}$/),
      isGlobal: false,
      name: "Tailnet",
      description: "d",
      labels: ["l"],
      parameters: [
        { id: "client_secret", type: "string", sensitive: true, required: true, default: null },
        { id: "hostname", type: "string", sensitive: false, required: false, default: "runner" },
      ],
    });
  });

  test.each<[string, string, string, string]>([
    ["an unknown key", "author: somebody", "author: somebody\nicon: x", "icon is not known here"],
    ["no author", "author: somebody", "", "author is missing"],
    ["a version that is a number", "version: 1.0.0", "version: 1.0", "version must be text; quote it"],
    ["an unknown key of a context", "  hooks:", "  hook:", "contexts[0].hook is not known here"],
    ["a hook that there is not", "before_plan:", "before_run:", "contexts[0].hooks.before_run is not known here"],
    ["a hook that is no text", "- spacetail scrub", "- a: b", "contexts[0].hooks.after_plan[0] must be text; quote it"],
    ["a value that is no text", "value: 'true'", "value: true", "contexts[0].env[2].value must be text; quote it"],
    [
      "two values",
      "key: TRACE",
      "key: TRACE\n    value_from_parameter: hostname",
      "contexts[0].env[2] must have either",
    ],
    ["no value", "    value: 'true'\n", "", "contexts[0].env[2] must have either value or value_from_parameter"],
    [
      "the value of no parameter",
      "value_from_parameter: hostname",
      "value_from_parameter: Host name",
      "contexts[0].env[1].value_from_parameter names Host name, which is no parameter's id",
    ],
    [
      "an optional parameter without a default",
      "  default: runner\n",
      "",
      "parameters[1] must be required, or have a default",
    ],
    ["an id twice", "id: hostname", "id: client_secret", "parameters[1] has the id of another"],
    [
      "a path elsewhere",
      "path: /mnt/workspace/tailnet/",
      "path: tailnet/",
      "contexts[0].mounted_files[0].path must begin with /mnt/workspace/",
    ],
    [
      "a label that attaches",
      "- made-by-hand",
      "- autoattach:x",
      "contexts[0].labels[0] must not attach: the installation names the label for that",
    ],
    ["a priority", "description: The tunnel", "description: The tunnel\n  priority: 1", "contexts[0].priority is not"],
    ["policies", "author: somebody", "author: somebody\npolicies: [{ type: PLAN }]", "policies is not known here"],
    ["no YAML", "name: tailnet", "name: [", "Flow sequence in block collection"],
  ])("is refused for %s", async (_, given, instead, message) => {
    expect(MANIFEST).toContain(given);

    const [refusal] = messages(
      await send(CREATE, { input: { name: "Tailnet", manifest: MANIFEST.replace(given, instead) } }),
    );

    expect(refusal).toContain(`plugin manifest: ${message}`);
    expect(api.account.pluginTemplates.list()).toEqual([]);
  });
});

describe("a plugin", () => {
  test("gives its context to the stacks that carry the label, with its parameters in it", async () => {
    await install();

    const { contexts, hooks, environment, mountedFiles } = runConfiguration(api.account, "web");

    expect(contexts.map(({ name, description, labels }) => ({ name, description, labels }))).toEqual([
      {
        name: expect.stringMatching(/^tailnet-\w{26}$/),
        description: "The tunnel",
        labels: ["made-by-hand", "autoattach:tailnet"],
      },
    ]);
    expect(hooks.beforePlan).toEqual(["spacetail up --watch $$", "trap 'spacetail down' EXIT"]);
    expect(hooks.afterPlan).toEqual(["spacetail scrub"]);
    expect(environment).toEqual([
      { name: "TRACE", value: "true", secret: false },
      { name: "TS_HOSTNAME", value: "runner", secret: false },
      { name: "TS_OAUTH_CLIENT_SECRET", value: SECRET.value, secret: true },
    ]);
    expect(mountedFiles).toEqual([{ path: "tailnet/note.txt", content: Buffer.from("one\ntwo"), secret: false }]);
    expect(runConfiguration(api.account, "other").contexts).toEqual([]);
  });

  test("reaches every stack of its space by *", async () => {
    await installation({ labelIdentifier: "*" });

    expect(runConfiguration(api.account, "other").contexts).toHaveLength(1);
  });

  test("reads back without its parameters, and goes on when its template is gone", async () => {
    const id = await install();
    const [{ id: templateId } = { id: "" }] = api.account.pluginTemplates.list();
    expect((await send(READ, { id })).data).toEqual({
      plugin: { name: "mine", labels: ["l"], pluginTemplateDetails: { id: templateId } },
    });

    await send("mutation($id:ID!){pluginTemplateDelete(id: $id){id}}", { id: templateId });

    expect((await send(READ, { id })).data).toMatchObject({ plugin: { pluginTemplateDetails: null } });
    expect(runConfiguration(api.account, "web").contexts).toHaveLength(1);
    expect((await send(READ, { id: "gone" })).data).toEqual({ plugin: null });
  });

  test.each<[string, object, string]>([
    ["a parameter is missing", { parameters: null }, "required plugin parameter client_secret is missing"],
    ["one is empty", { parameters: [{ ...SECRET, value: "" }] }, "required plugin parameter client_secret is missing"],
    ["one is unknown", { parameters: [SECRET, { id: "nope", value: "" }] }, "unknown plugin parameter nope"],
    ["one is given twice", { parameters: [SECRET, SECRET] }, "plugin parameter client_secret is given twice"],
    ["there is no such template", { pluginTemplateID: "gone" }, "plugin template gone not found"],
    ["it has no name", { name: "" }, "plugin: name must not be empty"],
    ["stacks are to carry no label", { labelIdentifier: "" }, "plugin mine: labelIdentifier must not be empty"],
    [
      "a value does not fit into a variable",
      { parameters: [SECRET, { id: "hostname", value: "a\nb" }] },
      "environment variable TS_HOSTNAME: newlines are not supported",
    ],
  ])("is not installed if %s", async (_, more, message) => {
    expect(messages(await installation(more))).toEqual([message]);
    expect(api.account.plugins.list()).toEqual([]);
    expect(api.account.contexts.list()).toEqual([]);
  });

  test("locks its contexts: nobody changes, attaches or deletes them", async () => {
    await install();
    const id = api.account.contexts.list()[0]?.id ?? "";
    const config = { id: "V", type: "ENVIRONMENT_VARIABLE", value: "x", writeOnly: true };
    const changes: [string, object][] = [
      ["mutation($id:ID!$input:ContextInput!){contextUpdateV2(id: $id, input: $input){id}}", { input: { name: "n" } }],
      ["mutation($id:ID!){contextDelete(id: $id){id}}", {}],
      ["mutation($id:ID!$config:ConfigInput!){contextConfigAdd(context: $id, config: $config){id}}", { config }],
      ['mutation($id:ID!){contextConfigDelete(context: $id, id: "TRACE"){id}}', {}],
      ['mutation($id:ID!){contextAttach(id: $id, stack: "other", priority: 0){id}}', {}],
    ];

    const answers = await Promise.all(changes.map(([query, variables]) => send(query, { id, ...variables })));

    for (const answer of answers) {
      expect(messages(answer)).toEqual([`context ${id} belongs to the plugin mine and is locked`]);
    }
    expect(runConfiguration(api.account, "web").environment).toHaveLength(3);
  });

  test("takes its contexts along when it is deleted; events tell of both, without values", async () => {
    const changes: Change[] = [];
    api.account.events.on("change", (change) => changes.push(change));
    const id = await install();

    await send(DELETE, { id });

    expect(api.account.contexts.list()).toEqual([]);
    expect(api.account.plugins.list()).toEqual([]);
    const told = changes.map(({ action, kind, id }) => `${action} ${kind} ${id.replace(/-\w{26}/, "")}`);
    expect(told).toEqual([
      "created plugin template Tailnet",
      "created context tailnet",
      "created environment variable tailnet/TS_OAUTH_CLIENT_SECRET",
      "created environment variable tailnet/TS_HOSTNAME",
      "created environment variable tailnet/TRACE",
      "created mounted file tailnet/tailnet/note.txt",
      "created plugin mine",
      "deleted context tailnet",
      "deleted plugin mine",
    ]);
    expect(JSON.stringify(changes)).not.toContain(SECRET.value);
  });

  test("is an administrator's affair", async () => {
    const pluginTemplateID = await template();
    const run = api.issueRunToken("other");
    run.active = true;
    const input = { name: "mine", pluginTemplateID, space: "legacy", labelIdentifier: "x", parameters: [SECRET] };

    const refused = await post(api.url, run.value, INSTALL, { input });
    const another = await post(api.url, run.value, CREATE, { input: { name: "t", manifest: MANIFEST } });

    expect([refused, another].map(messages)).toEqual([["unauthorized"], ["unauthorized"]]);
  });
});
