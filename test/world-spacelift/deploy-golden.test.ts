// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's templates, not JavaScript's.
import { type Deployment, deploy } from "../world/deploy/index.js";
import { HOOK_LISTS, type RecordedRequest, type SpaceliftApi, startSpacelift } from "../world/spacelift/index.js";
import {
  GOLDEN_FEDERATED_IDENTITY,
  GOLDEN_LIFECYCLES,
  GOLDEN_OAUTH_CLIENT,
  GOLDEN_OPERATIONS,
  goldenOperation,
} from "./golden.js";
import { PROVIDER_SCHEMAS } from "./provider-schemas.js";
import { RECORDED_CREDENTIALS, type RecordedTailscale, startRecordedTailscale } from "./recorded-tailscale.js";
import { differences } from "./shape.js";
import { REQUIRED_PROVIDERS } from "./stack-json.js";

/** What the providers applied in the first recording, as far as the loader knows it. */
const RECORDED_STACK = {
  ...REQUIRED_PROVIDERS,
  provider: { tailscale: [{ scopes: ["all"] }] },
  resource: {
    tailscale_oauth_client: {
      c: { scopes: ["auth_keys"], tags: ["tag:spacelift"], description: "Spacelift runs" },
    },
    spacelift_context: {
      t: {
        name: "tailnet",
        description: "one",
        labels: ["autoattach:tailnet"],
        before_plan: ["spacetail up", "trap 'spacetail down' EXIT", "export A=$${HOME:-x} %%{b}"],
        after_plan: ["unset A"],
      },
    },
    spacelift_environment_variable: {
      id: {
        context_id: "${spacelift_context.t.id}",
        name: "TS_OAUTH_CLIENT_ID",
        value: "${tailscale_oauth_client.c.id}",
        write_only: false,
      },
      secret: {
        context_id: "${spacelift_context.t.id}",
        name: "TS_OAUTH_CLIENT_SECRET",
        value: "${tailscale_oauth_client.c.key}",
        write_only: true,
        description: "minted",
      },
    },
    spacelift_mounted_file: {
      m: {
        context_id: "${spacelift_context.t.id}",
        relative_path: "spacetail/boot.sh",
        content: "ZWNobyBoaQ==",
        write_only: false,
      },
    },
    spacelift_context_attachment: { a: { context_id: "${spacelift_context.t.id}", stack_id: "web", priority: 3 } },
  },
};

/** What the providers applied in the second recording, as far as the loader knows it. */
const WRITE_ONLY_STACK = {
  ...REQUIRED_PROVIDERS,
  resource: {
    spacelift_context: { t: { name: "tailnet", space_id: "platform-01SPACE", labels: ["autoattach:tailnet"] } },
    spacelift_environment_variable: {
      wo: {
        context_id: "${spacelift_context.t.id}",
        name: "TS_OAUTH_CLIENT_SECRET",
        value_wo: "s3cret-1",
        value_wo_version: "1",
      },
    },
  },
};

/** The identity of the first recording. */
const IDENTITY_STACK = {
  ...REQUIRED_PROVIDERS,
  provider: { tailscale: [{ scopes: ["all"] }] },
  resource: {
    tailscale_federated_identity: {
      f: {
        scopes: ["auth_keys"],
        tags: ["tag:spacelift"],
        issuer: "https://acct.app.spacelift.io",
        audience: "acct.app.spacelift.io",
        subject: "space:root-*:stack:*:run_type:*:scope:read",
        custom_claim_rules: { callerType: "stack" },
      },
    },
  },
};

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
    deployment = await deploy({
      stackJson,
      schema: PROVIDER_SCHEMAS,
      spacelift: api.credentials,
      tailscale: { baseUrl: tailscale.url, ...RECORDED_CREDENTIALS },
    });
  }
  afterEach(() => Promise.all([api.close(), tailscale.close()]));

  /** What was sent since the log had `from` entries; attachment ids are the server's and get their placeholder. */
  function sentToSpacelift(from = 0): readonly Sent[] {
    return api.requests.slice(from).map(({ operation, body }) => {
      const { variables } = body as { variables: object };
      const id = operation?.name === "ContextAttachmentDelete" ? { id: "<attachment>" } : {};
      return { operation: operation?.name ?? "Login", variables: { ...variables, ...id } };
    });
  }

  function recorded(lifecycle: number, wanted: (step: Sent, index: number) => boolean): readonly Sent[] {
    const { steps = [] } = GOLDEN_LIFECYCLES[lifecycle] ?? {};
    return steps.filter(wanted).map(({ operation, variables }) => ({ operation, variables }));
  }

  test.each([
    [0, RECORDED_STACK, () => true],
    // The recording also put a variable on a stack, which the loader does not.
    [1, WRITE_ONLY_STACK, ({ operation }: Sent) => operation !== "StackVerifyExistence"],
  ])(
    "lifecycle %i: the same operations with the same variables on apply and on destroy",
    async (index, stack, also) => {
      await start(stack, index);
      const { applied } = GOLDEN_LIFECYCLES[index] ?? { applied: 0 };
      const [login, ...apply] = sentToSpacelift();

      expect(login?.operation).toBe("Login");
      expect(byContent(apply)).toEqual(byContent(recorded(index, (step, i) => i < applied && also(step))));

      const before = api.requests.length;
      await deployment.destroy();

      const isDelete = ({ operation }: Sent) => /Delete(Context)?$/.test(operation);
      const last =
        GOLDEN_LIFECYCLES[index]?.steps
          .slice()
          .reverse()
          .findIndex((step) => !isDelete(step)) ?? 0;
      const { length = 0 } = GOLDEN_LIFECYCLES[index]?.steps ?? [];
      expect(byContent(sentToSpacelift(before))).toEqual(byContent(recorded(index, (_, i) => i >= length - last)));
    },
  );

  test("every request has the recorded query text, headers and shapes", async () => {
    await start(RECORDED_STACK, 0);
    await deployment.destroy();

    expect(api.requests.length).toBeGreaterThan(15);
    for (const request of api.requests) {
      const name = request.operation?.name ?? "Login";
      const golden = goldenOperation(name);
      const { query, variables } = request.body as { query: string; variables: unknown };
      expect(query).toBe(golden.query);
      expect(request.operation?.kind ?? null).toBe(golden.kind);
      expect(Object.keys(request.body as object)).toEqual(["query", "variables"]);
      expect(differences(golden.variables, variables, "refused")).toEqual([]);
      expect(withoutToken(request)).toEqual(recordedHeaders(name, golden.kind));
    }
  });

  test("the order is the providers' wherever theirs is determined", async () => {
    await start(RECORDED_STACK, 0);
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
    ["an OAuth client", RECORDED_STACK, GOLDEN_OAUTH_CLIENT],
    ["a federated identity", IDENTITY_STACK, GOLDEN_FEDERATED_IDENTITY],
  ])("Tailscale gets the recorded requests for %s: token, create, delete", async (_, stack, recording) => {
    await start(stack, 0);
    await deployment.destroy();

    const golden = recording.filter(({ name }) => ["token", "create", "delete"].includes(name));
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
