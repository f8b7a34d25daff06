// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { TailnetContext, type TailnetContextProps } from "../../../constructs/index.js";
import { newOAuthClient, synthesize } from "../../constructs/manifest.js";
import { type Change, deploy, NO_STATE, planDeployment, type State } from "../../world/deploy/index.js";
import { type SpaceliftApi, startSpacelift } from "../../world/spacelift/index.js";
import { RECORDED_CREDENTIALS, type RecordedTailscale, startRecordedTailscale } from "./recorded-tailscale.js";

/** How many random sets of options follow each other. */
const STEPS = 20;

type Options = Omit<TailnetContextProps, "auth">;
type Variables = ReadonlyMap<unknown, string>;

let api: SpaceliftApi;
let tailscale: RecordedTailscale;

beforeEach(async () => {
  api = await startSpacelift();
  tailscale = await startRecordedTailscale();
});
afterEach(() => Promise.all([api.close(), tailscale.close()]));

function stackOf(props: Options) {
  return synthesize((stack) => {
    new TailnetContext(stack, "context", { auth: { oauthClient: newOAuthClient(stack) }, ...props });
  });
}

function optionsFor(stackJson: object, state: State) {
  return {
    stackJson,
    state,
    schema: join(__dirname, "../../../constructs/bindings/schema"),
    spacelift: api.credentials,
    tailscale: { baseUrl: tailscale.url, ...RECORDED_CREDENTIALS },
  };
}

/** What a stack says of its variables, by name, and their names by address. */
function variablesOf({ resource }: ReturnType<typeof stackOf>): { texts: Variables; names: Map<string, unknown> } {
  const variables = Object.entries(resource.spacelift_environment_variable ?? {});
  return {
    texts: new Map(variables.map(([, { "//": _, ...own }]) => [own.name, JSON.stringify(own)])),
    names: new Map(variables.map(([id, { name }]) => [`spacelift_environment_variable.${id}`, name])),
  };
}

/** Numbers below `bound`, the same ones every time: a linear congruential generator. */
function randomNumbers(seed: number): (bound: number) => number {
  let last = seed;
  return (bound) => {
    last = (last * 1664525 + 1013904223) % 2 ** 32;
    return Math.floor((last / 2 ** 32) * bound);
  };
}

/** A set of options: each is there or not, with one of some values, in any order. */
function randomOptions(below: (bound: number) => number): Options {
  const some = <T>(elements: readonly T[]) => shuffled(elements.filter(() => below(2) === 0));
  const shuffled = <T>(elements: readonly T[]) =>
    elements
      .map((element) => ({ element, at: below(1000) }))
      .sort((a, b) => a.at - b.at)
      .map(({ element }) => element);
  const phases = some(["init", "plan", "apply", "perform", "destroy"]);
  const candidates: [keyof Options, unknown][] = [
    ["name", ["tailnet", "Renamed"][below(2)]],
    ["description", ["one", "two"][below(2)]],
    ["phases", phases.length === 0 ? ["plan"] : phases],
    ["autoattach", ["a", "b"][below(2)]],
    ["environment", Object.fromEntries(some(["A", "B", "C", "D"]).map((name) => [name, `v${below(2)}`]))],
    ["httpProxy", ["localhost:8080", "localhost:9090"][below(2)]],
    ["socks5Server", ["localhost:1080", "localhost:9091"][below(2)]],
    ["noProxy", some([".corp.test", "10.0.0.0/8"])],
    ["proxyVariables", some(["ALL_PROXY", "NODE_USE_ENV_PROXY"])],
    ["capture", below(2) === 0 ? "true" : "phase"],
    ["exitTrap", below(2) === 0],
    ["labels", some(["x", "y", "z"])],
  ];
  return { name: "tailnet", ...Object.fromEntries(some(candidates)) };
}

describe.each([1, 2, 3])("options of a context that come, go and change places (seed %i)", (seed) => {
  test("nothing is replaced but the variables whose own values change", async () => {
    const below = randomNumbers(seed);
    let state = NO_STATE;
    let before: Variables = new Map();
    const met = new Set<string>();
    for (let step = 0; step < STEPS; step++) {
      const stack = stackOf(randomOptions(below));
      const { texts, names } = variablesOf(stack);
      const changes = await planDeployment(optionsFor(stack, state));

      const expected = (name: unknown) => {
        if (!before.has(name)) return "create";
        return before.get(name) === texts.get(name) ? "no-op" : "replace";
      };
      for (const { address, type, action } of step === 0 ? [] : changes) {
        met.add(`${type} ${action}`);
        if (type === "tailscale_oauth_client") expect(action).toBe("no-op");
        else if (type === "spacelift_context") expect(["no-op", "update"]).toContain(action);
        else if (action === "delete") expect(names.has(address)).toBe(false);
        else expect(`${names.get(address)}: ${action}`).toBe(`${names.get(address)}: ${expected(names.get(address))}`);
      }

      ({ state } = await deploy(optionsFor(stack, state)));
      expect(changed(await planDeployment(optionsFor(stack, state)))).toEqual([]);
      before = texts;
    }
    // All of it was met, or nothing was shown.
    const variable = "spacelift_environment_variable";
    const all = ["create", "delete", "no-op", "replace"].map((action) => `${variable} ${action}`);
    expect([...met]).toEqual(expect.arrayContaining([...all, "spacelift_context update"]));
    expect(api.account.contexts.list()).toHaveLength(1);
  });
});

test("the same options in another order are the same", async () => {
  const environment = { A: "1", B: "2" };
  const phases = ["plan", "apply"] as const;
  const { state } = await deploy(
    optionsFor(
      stackOf({ name: "tailnet", phases, environment, labels: ["x", "y"], httpProxy: "localhost:9" }),
      NO_STATE,
    ),
  );
  const reordered = {
    httpProxy: "localhost:9",
    labels: ["y", "x"],
    environment: { B: "2", A: "1" },
    phases: ["apply", "plan"] as const,
    name: "tailnet",
  };

  expect(changed(await planDeployment(optionsFor(stackOf(reordered), state)))).toEqual([]);
});

test("other phases change the context in place and leave everything else alone", async () => {
  const { state } = await deploy(optionsFor(stackOf({ name: "tailnet", phases: ["plan"] }), NO_STATE));

  const changes = changed(await planDeployment(optionsFor(stackOf({ name: "tailnet", phases: ["apply"] }), state)));

  expect(changes).toMatchObject([
    {
      type: "spacelift_context",
      action: "update",
      attributes: ["after_apply", "after_plan", "before_apply", "before_plan"],
    },
  ]);
});

function changed(changes: readonly Change[]): readonly Change[] {
  return changes.filter(({ action }) => action !== "no-op");
}
