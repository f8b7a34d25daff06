// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's templates, not JavaScript's.
// Modules of the account, by the provider's own requests; and contexts that are attached to them.
import { TailnetContext } from "../../../constructs/index.js";
import { synthesize } from "../../constructs/manifest.js";
import { rendered } from "../../render/command.js";
import { moduleJson } from "../../render/readings.js";
import { planDeployment } from "../../world/deploy/index.js";
import { useHere } from "./deploy-here.js";
import { goldenOperation } from "./golden.js";
import { type Answer, logIn, messages, sender } from "./graphql-client.js";

const here = useHere();
let send: (operation: string, variables: object) => Promise<Answer>;
beforeEach(async () => {
  send = sender(here.api.url, await logIn(here.api));
});

/** What the provider sends for a module of which little is given. */
function update(more: object = {}): object {
  return {
    administrative: false,
    branch: "main",
    description: null,
    labels: null,
    localPreviewEnabled: false,
    projectRoot: null,
    gitSparseCheckoutPaths: null,
    protectFromDeletion: false,
    runnerImage: null,
    sharedAccounts: null,
    workerPool: null,
    space: null,
    ...more,
  };
}

const source = { namespace: null, provider: "GITHUB", repositoryURL: null, vcsIntegrationId: null, workflowTool: null };

function creation(input: object, more: object = {}): object {
  const names = { name: null, terraformProvider: null, space: null };
  return { input: { updateInput: update(more), repository: "terraform-aws-vpc", ...names, ...source, ...input } };
}

describe("modules", () => {
  test.each([
    [{}, "terraform-aws-vpc", "vpc", "aws"],
    [{ name: "net" }, "terraform-default-net", "net", "default"],
    [{ name: "net", terraformProvider: "gcp" }, "terraform-gcp-net", "net", "gcp"],
    [{ repository: "terraform-bacon-very-tasty" }, "terraform-bacon-very-tasty", "very-tasty", "bacon"],
  ])("%j is %s", async (input, id, name, terraformProvider) => {
    const { data } = await send("ModuleCreate", creation(input));
    expect(data).toMatchObject({ moduleCreate: { id, name, terraformProvider, workflowTool: "TERRAFORM_FOSS" } });
    expect((await send("ModuleVerifyExistence", { id })).data).toMatchObject({ module: { id } });
  });

  test("a name is needed where the repository's says none, and each id is there once", async () => {
    expect(messages(await send("ModuleCreate", creation({ repository: "vpc" })))).toEqual([
      "module name is missing, and cannot be inferred from repository vpc",
    ]);
    here.api.account.stacks.add({ name: "terraform-aws-vpc" });
    expect(messages(await send("ModuleCreate", creation({})))).toEqual(["module terraform-aws-vpc already exists"]);
  });

  test("an update keeps id, names and space; a protected module is not deleted", async () => {
    const { id } = here.api.account.modules.add({ repository: "terraform-aws-vpc", space: "root" });
    const input = { ...update({ protectFromDeletion: true, labels: ["a"] }), ...source, repository: "elsewhere" };
    expect((await send("ModuleUpdate", { id, input })).data).toMatchObject({
      moduleUpdateV2: { id, name: "vpc", space: "root", repository: "elsewhere", labels: ["a"] },
    });
    expect(messages(await send("ModuleDelete", { id }))).toEqual([`module ${id} is protected from deletion`]);
  });

  test("what does not exist reads as null, and cannot be changed", async () => {
    expect((await send("ModuleRead", { id: "gone" })).data).toEqual({ module: null });
    const input = { ...update(), ...source, repository: "r" };
    expect(messages(await send("ModuleUpdate", { id: "gone", input }))).toEqual(["module gone not found"]);
  });
});

describe("attachments to modules", () => {
  const id = "terraform-aws-vpc";
  const attach = () => send("ContextAttachmentCreate", { id: "tailnet", stack: id, priority: 1 });
  beforeEach(() => {
    here.api.account.modules.add({ repository: id });
  });

  test("an attachment says that it is one to a module, and goes with either", async () => {
    here.api.account.contexts.create({ name: "tailnet" });
    expect((await attach()).data).toMatchObject({ contextAttach: { stackId: id, isModule: true, priority: 1 } });
    expect(messages(await attach())).toEqual([
      `cannot attach context, context tailnet is already attached to module ${id}`,
    ]);
    expect((await send("ContextAttachmentRead", { context: "tailnet", id })).data).toMatchObject({
      context: { attachedStack: { isModule: true } },
    });
    await send("ModuleDelete", { id });
    expect(here.api.account.attachments.ofContext("tailnet")).toEqual([]);
  });

  test("a module whose space does not inherit cannot get a context of the parent space", async () => {
    here.api.account.spaces.add({ id: "sealed", name: "sealed" });
    here.api.account.modules.add({ repository: "terraform-aws-db", space: "sealed" });
    here.api.account.contexts.create({ name: "tailnet", space: "root" });
    const variables = { id: "tailnet", stack: "terraform-aws-db", priority: 0 };
    expect(messages(await send("ContextAttachmentCreate", variables))).toEqual([
      "cannot attach context, module terraform-aws-db space has no access to context space",
    ]);
  });

  /** The same context, by the constructs and by the rendered module. */
  const OUTPUTS: readonly [string, () => Promise<object>][] = [
    [
      "the constructs",
      async () => {
        const { resource } = synthesize((stack) => {
          const context = new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { authKey: "k" } });
          context.attachToModule(id, { priority: 2 });
        });
        return { resource };
      },
    ],
    [
      "the rendered module",
      async () => {
        const options = { auth: { authKey: true }, attachments: [{ moduleId: id, priority: 2 }] };
        const { terraform: _, ...module } = await moduleJson(rendered("hcl", options));
        return { ...module, variable: { ...module.variable, auth_key: [{ default: "k" }] } };
      },
    ],
  ];

  test.each(OUTPUTS)("%s attach a context to a module, by the provider's requests", async (_, stack) => {
    const resources = await stack();
    const before = here.api.requests.length;
    const { state } = await here.deploy(resources);
    expect(here.api.account.attachments.ofProject(id)).toMatchObject([
      { contextId: "tailnet", isModule: true, priority: 2 },
    ]);
    const again = await planDeployment(here.options(resources, { state }));
    expect(again.filter(({ action }) => action !== "no-op")).toEqual([]);
    await here.deploy({}, { state });
    expect(here.api.account.attachments.ofProject(id)).toEqual([]);

    const sent = here.api.requests.slice(before).flatMap(({ operation, body }) => {
      return operation === null ? [] : [[operation.name, (body as { query: string }).query] as const];
    });
    expect(sent.map(([name, query]) => [name, query === goldenOperation(name).query])).toEqual(
      sent.map(([name]) => [name, true]),
    );
    const attachment = sent.map(([name]) => name).filter((name) => /^(Module|ContextAttachment)/.test(name));
    expect(attachment).toEqual([
      "ModuleVerifyExistence",
      "ContextAttachmentCreate",
      "ContextAttachmentFetch",
      "ContextAttachmentFetch",
      "ContextAttachmentDelete",
    ]);
  });

  test("a module that does not exist is named", async () => {
    const attachment = { context_id: "${spacelift_context.c.id}", module_id: "terraform-aws-gone" };
    const resource = { spacelift_context: { c: { name: "c" } }, spacelift_context_attachment: { a: attachment } };
    await expect(here.deploy({ resource })).rejects.toThrow(
      "spacelift_context_attachment.a: module terraform-aws-gone not found",
    );
  });
});
