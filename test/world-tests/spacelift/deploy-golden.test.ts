// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's templates, not JavaScript's.
import { type Deployment, deploy, planDeployment } from "../../world/deploy/index.js";
import { HOOK_LISTS, type RecordedRequest, type SpaceliftApi, startSpacelift } from "../../world/spacelift/index.js";
import {
  GOLDEN_FEDERATED_IDENTITY,
  GOLDEN_LIFECYCLES,
  GOLDEN_OAUTH_CLIENT,
  GOLDEN_OPERATIONS,
  goldenOperation,
} from "./golden.js";
import { PROVIDER_SCHEMAS } from "./provider-schemas.js";
import { adminStack, contextStack, identityStack, roleStack, STACKS } from "./recorded-stacks.js";
import { RECORDED_CREDENTIALS, type RecordedTailscale, startRecordedTailscale } from "./recorded-tailscale.js";
import { differences } from "./shape.js";
import { REQUIRED_PROVIDERS } from "./stack-json.js";

/** The same without resources: what is left to do is to destroy. */
function emptied({ resource: _, ...stack }: object & { resource: object }): object {
  return stack;
}

interface Sent {
  readonly operation: string;
  readonly variables: object;
}

interface Variables {
  readonly id?: string;
  readonly input?: { readonly name: string };
  readonly config?: { readonly id: string };
}

describe("the loader sends what the providers were recorded to send", () => {
  let api: SpaceliftApi;
  let tailscale: RecordedTailscale;
  let deployment: Deployment;

  async function start(stackJson: object, lifecycle: number): Promise<void> {
    api = await startSpacelift();
    tailscale = await startRecordedTailscale();
    for (const space of GOLDEN_LIFECYCLES[lifecycle]?.spaces ?? []) api.account.spaces.add(space);
    for (const stack of GOLDEN_LIFECYCLES[lifecycle]?.stacks ?? []) api.account.stacks.add(stack);
    deployment = await deploy(optionsFor(stackJson));
  }
  function optionsFor(stackJson: object) {
    const credentials = { baseUrl: tailscale.url, ...RECORDED_CREDENTIALS };
    return { stackJson, schema: PROVIDER_SCHEMAS, spacelift: api.credentials, tailscale: credentials };
  }
  afterEach(() => Promise.all([api.close(), tailscale.close()]));

  /** What was sent since the log had `from` entries, with placeholders for what is the server's. */
  function sentToSpacelift(from = 0): readonly Sent[] {
    made.set("<space>", api.account.spaces.list()[2]?.id ?? made.get("<space>"));
    made.set("<role>", api.account.roles.bySlug("space-admin")?.id);
    made.set("<maker>", api.account.roles.bySlug("maker")?.id ?? made.get("<maker>"));
    return api.requests.slice(from).map(({ operation, body }) => {
      const { variables = {} } = body as { variables?: object };
      const own = [...made].reduce(
        (text, [name, id]) => (id ? text.replaceAll(id, name) : text),
        JSON.stringify(variables),
      );
      const name = operation?.name ?? "Login";
      const id = OWN_ID[name];
      return { operation: name, variables: { ...JSON.parse(own), ...(id === undefined ? {} : { id }) } };
    });
  }
  const made = new Map<string, string | undefined>();

  /** The steps of one of the four commands. */
  function recorded(lifecycle: number, command: number): readonly Sent[] {
    const { steps = [], commands = [] } = GOLDEN_LIFECYCLES[lifecycle] ?? {};
    const from = commands.slice(0, command).reduce((sum, count) => sum + count, 0);
    const own = steps.slice(from, from + (commands[command] ?? 0));
    return own.map(({ operation, variables }) => ({ operation, variables }));
  }

  test.each([0, 1, 2])(
    "lifecycle %i: apply, plan, apply with changes and destroy send what was recorded",
    async (index) => {
      const stack = STACKS[index] as typeof adminStack;
      await start(stack(1), index);
      const since = { at: 0 };
      const sent = () => {
        const all = sentToSpacelift(since.at);
        since.at = api.requests.length;
        expect(all[0]?.operation).toBe("Login");
        return byContent(all.slice(1));
      };
      expect(sent()).toEqual(byContent(recorded(index, 0)));

      const { state } = deployment;
      const unchanged = await planDeployment({ ...optionsFor(stack(1)), state });
      expect(unchanged.filter(({ action }) => action !== "no-op")).toEqual([]);
      expect(sent()).toEqual(byContent(recorded(index, 1)));

      deployment = await deploy({ ...optionsFor(stack(2)), state });
      expect(sent()).toEqual(byContent(recorded(index, 2)));

      deployment = await deploy({ ...optionsFor(emptied(stack(2))), state: deployment.state });
      // The server of the recording lost the stack's variable when the stack was changed.
      const lost = index !== 1 ? [] : [DELETION_OF_STACK_VARIABLE];
      expect(sent()).toEqual(byContent([...recorded(index, 3), ...lost]));
      expect(deployment.state.resources).toEqual([]);
      expect(api.account.contexts.list()).toEqual([]);
    },
  );

  test.each([
    [0, contextStack],
    [1, adminStack],
    [2, roleStack],
  ])("lifecycle %i: every request has the recorded query text, headers and shapes", async (lifecycle, stack) => {
    await start(stack(1), lifecycle);
    const { state } = await deploy({ ...optionsFor(stack(2)), state: deployment.state });
    await deploy({ ...optionsFor(emptied(stack(2))), state });

    expect(api.requests.length).toBeGreaterThan(20);
    for (const request of api.requests) {
      const name = request.operation?.name ?? "Login";
      const golden = goldenOperation(name);
      const { query, variables = {} } = request.body as { query: string; variables?: unknown };
      expect(query).toBe(golden.query);
      expect(request.operation?.kind ?? null).toBe(golden.kind);
      const isPlain = Object.keys(golden.variables).length === 0;
      expect(Object.keys(request.body as object)).toEqual(isPlain ? ["query"] : ["query", "variables"]);
      expect(differences(golden.variables, variables, "refused")).toEqual([]);
      expect(withoutToken(request)).toEqual(recordedHeaders(name, golden.kind));
    }
  });

  test("the order is the providers' wherever theirs is determined", async () => {
    await start(contextStack(1), 0);
    const applied = api.requests.length;
    await deployment.destroy();
    const order = api.requests.map(({ operation, body }) => {
      const { input, config, id } = (body as { variables: Variables }).variables;
      return `${operation?.name} ${input?.name ?? config?.id ?? id}`;
    });
    const position = (step: string) => {
      expect(order).toContain(step);
      return order.indexOf(step);
    };

    // Each creation is followed by its own read, and comes after all it refers to.
    expect(position("ContextRead tailnet")).toBe(position("ContextCreate tailnet") + 1);
    for (const name of ["TS_OAUTH_CLIENT_ID", "TS_OAUTH_CLIENT_SECRET"]) {
      const created = position(`EnvironmentVariableCreateContext ${name}`);
      expect(created).toBeGreaterThan(position("ContextRead tailnet"));
      expect(position(`EnvironmentVariableReadContext ${name}`)).toBe(created + 1);
    }
    expect(position("MountedFileReadContext spacetail/boot.sh")).toBe(
      position("MountedFileCreateContext spacetail/boot.sh") + 1,
    );
    expect(position("ContextAttachmentCreate tailnet")).toBe(position("StackVerifyExistence web") + 1);
    // The context goes last; nothing is read on the way out.
    expect(order.slice(applied).every((step) => /Delete(Context)? /.test(step))).toBe(true);
    expect(position("ContextDelete tailnet")).toBe(order.length - 1);
  });

  test("labels go out in the order the provider was seen to send these, what is not given as null or empty", async () => {
    const labels = ["autoattach:tailnet", "b", "a", "zulu", "c"];
    const contexts = { all: { name: "all", labels }, bare: { name: "bare" } };
    await start({ ...REQUIRED_PROVIDERS, resource: { spacelift_context: contexts } }, 0);
    const inputs = sentToSpacelift()
      .filter(({ operation }) => operation === "ContextCreate")
      .map(({ variables }) => (variables as { input: object }).input);

    expect(inputs[0]).toMatchObject({ labels: ["autoattach:tailnet", "zulu", "a", "b", "c"] });
    const hooks = Object.fromEntries(HOOK_LISTS.map((list) => [list, []]));
    expect(inputs[1]).toEqual({ name: "bare", description: null, hooks, labels: null, space: null });
  });

  test.each([
    ["an OAuth client", contextStack, GOLDEN_OAUTH_CLIENT, ["token", "read", "update"]],
    ["a federated identity", identityStack, GOLDEN_FEDERATED_IDENTITY, ["token", "read"]],
  ])("Tailscale gets the recorded requests for %s, from token to delete", async (_, stack, recording, again) => {
    await start(stack(1), 0);
    const { state } = await deploy({ ...optionsFor(stack(2)), state: deployment.state });
    await deploy({ ...optionsFor(emptied(stack(2))), state });

    const order = ["token", "create", ...again, "token", "read", "delete"];
    const golden = order.map((wanted) => recording.find(({ name }) => name === wanted));
    expect(tailscale.requests).toHaveLength(golden.length);
    for (const [index, { method, path, headers, body }] of tailscale.requests.entries()) {
      const step = golden[index];
      expect(`${method} ${path}`).toBe(`${step?.method} ${step?.path.replace("<id>", "k100CNTRL")}`);
      expect(typeof step?.body === "object" ? JSON.parse(body) : body).toEqual(step?.body ?? "");
      const transport = ["host", "connection", "content-length"];
      const ours = Object.fromEntries(Object.entries(headers).filter(([name]) => !transport.includes(name)));
      expect(Object.keys(ours).sort()).toEqual(Object.keys(step?.headers ?? {}).sort());
      for (const [name, value] of Object.entries(step?.headers ?? {})) {
        // A placeholder stands for what is the client's or the server's own.
        expect(String(ours[name])).toMatch(new RegExp(`^${value.replace(/<\w+>/, ".+").replace(/\//g, "\\/")}$`));
      }
    }
  });
});

/** Ids of attachments are the server's. */
const OWN_ID: Readonly<Record<string, string>> = {
  ContextAttachmentDelete: "<attachment>",
  StackRoleBindingRead: "<binding>",
  StackRoleBindingDelete: "<binding>",
};

const DELETION_OF_STACK_VARIABLE: Sent = {
  operation: "EnvironmentVariableDeleteStack",
  variables: { id: "TS_HOSTNAME", stack: "admin" },
};

function byContent(sent: readonly Sent[]): readonly Sent[] {
  return [...sent].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function key({ operation, variables }: Sent): string {
  return operation + JSON.stringify(variables, Object.keys(variables).sort()) + JSON.stringify(variables);
}

function withoutToken({ headers }: RecordedRequest): object {
  const { authorization } = headers;
  return authorization?.startsWith("Bearer ey") ? { ...headers, authorization: "Bearer <token>" } : headers;
}

function recordedHeaders(name: string, kind: "Query" | "Mutation" | null): object {
  if (kind === null) return GOLDEN_OPERATIONS.headers.Login;
  return { ...GOLDEN_OPERATIONS.headers.others, [`spacelift-graphql-${kind.toLowerCase()}`]: name };
}
